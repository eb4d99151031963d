import type { CellModules } from '../model/kernel-modules.ts';
import { code, md } from './escape.ts';
import { list, object, some } from './json-values.ts';
import { moduleSentences } from './module-sentences.ts';

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
