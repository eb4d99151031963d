import type { CellModule, CellModules } from '../model/kernel-modules.ts';

/** Names and modules that a line lists; the JSON report has them all. */
const MAX_LISTED = 20;

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
export function moduleSentences(modules: CellModules, format: Format): string[] {
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
