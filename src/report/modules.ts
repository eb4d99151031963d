import type { CellModule, CellModules } from '../model/kernel-modules.ts';
import { code, md } from './escape.ts';
import { list, object, some } from './json-values.ts';

/** Names and modules that a line lists; the JSON report has them all. */
const MAX_LISTED = 20;

/** Modules beyond those that every guest of the kernel has; undefined where nothing needed any. */
export function modulesJson(modules: CellModules | undefined) {
  if (modules === undefined) return undefined;
  return object({
    used: list(
      modules.modules.map(({ name, status, reason, names, error }) => ({
        name,
        status,
        reason,
        names: list(names),
        error: some(error),
      })),
    ),
    ambiguous: list(modules.ambiguous),
    forbidden: list(modules.forbidden),
    unavailable: modules.unavailable,
  });
}

type Format = (text: string) => string;

function cut(names: readonly string[], format: Format): string {
  const rest = names.length - MAX_LISTED;
  return `${names
    .slice(0, MAX_LISTED)
    .map((name) => format(name))
    .join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function loadedWords({ name, reason, names }: CellModule, format: Format): string {
  const why = names.length > 0 ? `for ${cut(names, format)}` : 'as the manifest says';
  return `${format(name)} ${reason === 'dependency' ? 'needed by another' : why}`;
}

/** What modules had to do with a cell, as sentences without their beginnings. */
function moduleSentences(modules: CellModules, format: Format): string[] {
  const loaded = modules.modules.filter(({ status }) => status === 'loaded');
  const chosen = loaded.filter(({ reason }) => reason !== 'dependency').map((one) => loadedWords(one, format));
  const besides = loaded.filter(({ reason }) => reason === 'dependency').map(({ name }) => name);
  const needs = besides.length > 0 ? `, with ${cut(besides, format)}` : '';
  return [
    ...(chosen.length > 0 ? [`loaded ${chosen.slice(0, MAX_LISTED).join(', ')}${needs}`] : []),
    ...modules.modules.flatMap(({ name, status, error }) => {
      if (status === 'failed') return [`${format(name)} could not be loaded: ${error}`];
      if (status === 'built_in') return [`${format(name)} is built into this kernel`];
      return status === 'absent' ? [`${format(name)} of the manifest: ${error}`] : [];
    }),
    ...modules.ambiguous.map(
      ({ name, modules: all }) =>
        `${format(name)} is in ${cut(all, format)}; none was loaded, name the one in modules.load of the manifest`,
    ),
    ...modules.forbidden.map(
      ({ name, module }) => `${format(name)} needs ${format(module)}, which modules.forbid of the manifest keeps out`,
    ),
    ...(modules.unavailable === undefined ? [] : [`not looked into: ${modules.unavailable}`]),
  ];
}

/** Notes of a target, as plain text that still has to be escaped. */
export function modulesNotes(modules: CellModules | undefined): string[] {
  return modules === undefined ? [] : moduleSentences(modules, (name) => name).map((text) => `modules: ${text}`);
}

/** The same as lines of Markdown. */
export function modulesMarkdown(modules: CellModules | undefined): string[] {
  if (modules === undefined) return [];
  // Errors may hold anything; names are formatted one by one.
  const escaped = { ...modules, modules: modules.modules.map((one) => ({ ...one, error: md(one.error) })) };
  const unavailable = modules.unavailable === undefined ? undefined : md(modules.unavailable);
  return moduleSentences({ ...escaped, unavailable }, code).map((text) => `- Modules: ${text}`);
}
