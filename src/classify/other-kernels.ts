import { stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import type { Answer } from './answers.ts';

/** A name that is only gone on one kernel and belongs to a module on another is not a renamed one. */
export function moduleElsewhere(finding: Finding, answers: readonly Answer[]): Finding {
  const { reason, function: name } = finding.args;
  if (name === undefined || (reason !== 'renamed_or_removed' && reason !== 'removed')) return finding;
  for (const { evidence } of answers) {
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
