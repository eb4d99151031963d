import type { Outcome } from '../model/cell.ts';
import type { Finding } from '../model/finding.ts';
import type { CellModules } from '../model/kernel-modules.ts';

/** Reasons that are guesses about a name which the guest does not have. */
const GUESSES: ReadonlySet<string> = new Set(['module_not_loaded', 'renamed_or_removed', 'removed', 'compiled_out']);

/** The name of the kernel that a finding is about. */
function nameOf({ args }: Finding): string | undefined {
  return args['function'] ?? args['target'] ?? args['symbol'];
}

/** What is known of a name in modules, as arguments of a finding; undefined where nothing is. */
function known(modules: CellModules, name: string): Readonly<Record<string, string>> | undefined {
  const failed = modules.modules.find((one) => one.status === 'failed' && one.names.includes(name));
  if (failed !== undefined) return { module: failed.name, kept: 'failed', error: failed.error };
  const forbidden = modules.forbidden.find((one) => one.name === name);
  if (forbidden !== undefined) return { module: forbidden.module, kept: 'forbidden' };
  const several = modules.ambiguous.find((one) => one.name === name);
  return several && { module: several.modules.join(' or '), kept: 'ambiguous' };
}

function corrected(finding: Finding, modules: CellModules): Finding {
  const name = nameOf(finding);
  const { reason = '', module, ...others } = finding.args;
  if (name === undefined || !GUESSES.has(reason)) return finding;
  const found = known(modules, name);
  if (found !== undefined) {
    return { ...finding, confidence: 'high', args: { ...finding.args, ...found, reason: 'module_not_loaded' } };
  }
  // A guess by the name's beginning, and every module was looked into.
  const refuted = reason === 'module_not_loaded' && module !== undefined && modules.nowhere.includes(name);
  return refuted ? { ...finding, args: { ...others, reason: 'renamed_or_removed' } } : finding;
}

/** Findings about missing names with what all modules of the kernel say of them: facts in the place of guesses. */
export function withModuleFacts(outcome: Outcome, modules: CellModules | undefined): Outcome {
  if (modules === undefined || (outcome.status !== 'pass' && outcome.status !== 'fail')) return outcome;
  return { ...outcome, findings: outcome.findings.map((finding) => corrected(finding, modules)) };
}
