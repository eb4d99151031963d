import type { Outcome } from '../model/cell.ts';
import type { CellModules, ModuleRules } from '../model/kernel-modules.ts';

/** Why a guest does not have a module of the manifest; undefined where it has it. */
function problemOf(name: string, { modules, unavailable }: CellModules): string | undefined {
  const found = modules.find((one) => one.name === name);
  if (found?.status === 'failed' || found?.status === 'absent') return found.error;
  // Not in the list: every guest of this kernel has it.
  return found === undefined ? unavailable : undefined;
}

/**
 * That an object passes without a module of the manifest is no verdict on what was to be tested with it. A failure stays one: the
 * report says which module its guest lacked.
 */
export function withRequiredModules(
  outcome: Outcome,
  found: CellModules,
  { load }: Pick<ModuleRules, 'load'>,
): Outcome {
  if (outcome.status !== 'pass') return outcome;
  const problems = load.flatMap((name) => {
    const why = problemOf(name, found);
    return why === undefined ? [] : [`${name} (${why})`];
  });
  if (problems.length === 0) return outcome;
  const message = `modules.load of the manifest: the guest was without ${problems.join(', ')}. Without: pass`;
  return { status: 'infra_error', cause: 'module_unavailable', message };
}
