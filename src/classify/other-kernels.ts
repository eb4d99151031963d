import { stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import type { KernelResult } from './kernel-results.ts';

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
