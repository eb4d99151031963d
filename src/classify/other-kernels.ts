import { type Evidence, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { grouped, oncePer } from '../model/once-per.ts';
import { isFine, type KernelResult, kernelResultOf } from './kernel-results.ts';

const symbolsByName = oncePer((evidence: Evidence) => grouped(stagesOf(evidence, 'symbol'), ({ name }) => name));

/** A name that is only gone on one kernel and belongs to a module on another is not a renamed one. */
export function moduleOnOthers(finding: Finding, kernels: readonly KernelResult[]): Finding {
  const { reason, function: name } = finding.args;
  if (name === undefined || (reason !== 'renamed_or_removed' && reason !== 'removed')) return finding;
  for (const { evidence } of kernels) {
    const entries = (symbolsByName(evidence).get(name) ?? []).flatMap((symbol) => symbol.kallsyms ?? []);
    const module = entries.find((entry) => entry.module !== '')?.module;
    if (module !== undefined) {
      return { ...finding, args: { ...finding.args, reason: 'module_not_loaded', module } };
    }
  }
  return finding;
}

/** What is said of a name that is not there and has its relatives there: of functions of the kernel how they are declared. */
const ABSENT: ReadonlySet<string> = new Set(['renamed_or_removed', 'removed', 'strong', 'weak']);

/**
 * Age and build options are guessed from what a name belongs to. Where a kernel of the run has all of that and lacks the name as
 * well, and none has it, they are not why.
 */
export function absentOnOthers(kernels: readonly KernelResult[]): KernelResult[] {
  const absent = absentNames(kernels);
  if (absent.size === 0) return [...kernels];
  return kernels.map((own) => {
    const findings = own.findings.map((finding) => withoutGuess(finding, kernels, absent));
    const changed = findings.some((finding, index) => finding !== own.findings[index]);
    return changed ? kernelResultOf(own.result, own.evidence, findings) : own;
  });
}

function nameKey({ code, args }: Finding): string {
  return JSON.stringify([code, args['function']]);
}

/** The reason of the oldest kernel that lacks a name and has its relatives, for each such name. */
function absentNames(kernels: readonly KernelResult[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { findings } of kernels) {
    for (const finding of findings) {
      const { reason = '', function: name } = finding.args;
      const key = name !== undefined && ABSENT.has(reason) ? nameKey(finding) : undefined;
      if (key !== undefined && !found.has(key)) found.set(key, reason);
    }
  }
  return found;
}

function withoutGuess(
  finding: Finding,
  kernels: readonly KernelResult[],
  absent: ReadonlyMap<string, string>,
): Finding {
  const { since: _since, config: _config, config_value: _value, config_profile: _profile, ...args } = finding.args;
  if (args['reason'] !== 'kernel_too_old' && args['reason'] !== 'compiled_out') return finding;
  const reason = absent.get(nameKey(finding));
  if (reason === undefined || kernels.some((other) => isFine(other, finding))) return finding;
  return { ...finding, args: { ...args, reason } };
}
