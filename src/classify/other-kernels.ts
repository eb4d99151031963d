import { stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { isFine, type KernelResult, kernelResultOf } from './kernel-results.ts';

/** A name that is only gone on one kernel and belongs to a module on another is not a renamed one. */
export function moduleOnOthers(finding: Finding, kernels: readonly KernelResult[]): Finding {
  const { reason, function: name } = finding.args;
  if (name === undefined || (reason !== 'renamed_or_removed' && reason !== 'removed')) return finding;
  for (const { evidence } of kernels) {
    const entries = stagesOf(evidence, 'symbol')
      .filter((symbol) => symbol.name === name)
      .flatMap((symbol) => symbol.kallsyms ?? []);
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
  return kernels.map((own) => {
    const findings = own.findings.map((finding) => withoutGuess(finding, kernels));
    const changed = findings.some((finding, index) => finding !== own.findings[index]);
    return changed ? kernelResultOf(own.result, own.evidence, findings) : own;
  });
}

function withoutGuess(finding: Finding, kernels: readonly KernelResult[]): Finding {
  const { since: _since, config: _config, config_value: _value, config_profile: _profile, ...args } = finding.args;
  const { reason, function: name } = args;
  if (name === undefined || (reason !== 'kernel_too_old' && reason !== 'compiled_out')) return finding;
  const elsewhere = kernels
    .flatMap(({ findings }) => findings)
    .find((other) => other.code === finding.code && other.args['function'] === name && isAbsent(other));
  if (elsewhere === undefined || kernels.some((other) => isFine(other, finding))) return finding;
  return { ...finding, args: { ...args, reason: elsewhere.args['reason'] ?? reason } };
}

function isAbsent({ args }: Finding): boolean {
  return ABSENT.has(args['reason'] ?? '');
}
