import { attachCount, requireAttach } from '../model/attach-warning.ts';
import { type Finding, programsOf } from '../model/finding.ts';
import type { Words } from './entry.ts';
import { FINDINGS } from './findings.ts';
import { acrossRun } from './writer.ts';

export type { Words } from './entry.ts';

/** What makes a failed attach a failure, which it is not by itself; empty for all else. */
function requireWords(finding: Finding): string {
  if (attachCount(finding) === undefined) return '';
  return ` Attach is best effort: to make this a failure, declare it in the manifest: ${requireAttach(programsOf(finding.args))}`;
}

/** Programs that fail with the object and not by themselves. */
function untestedWords({ args }: Finding): string {
  const { untested } = args;
  if (untested === undefined) return '';
  const several = untested.includes(', ');
  return `Not tested: program${several ? 's' : ''} ${untested}, which ${several ? 'do' : 'does'} not use it, as the object cannot be prepared without it.`;
}

/** Title, explanation and remedy of a finding as plain text, from its code and args. */
export function words(finding: Finding): Words {
  const { title, explanation, remediation } = FINDINGS[finding.code].words(finding);
  return {
    title,
    explanation: [explanation, untestedWords(finding), acrossRun(finding)].filter((text) => text !== '').join(' '),
    remediation: `${remediation}${requireWords(finding)}`.trim(),
  };
}
