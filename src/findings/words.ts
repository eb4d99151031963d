import { attachCount, requireAttach } from '../model/attach-warning.ts';
import { type Finding, programsOf } from '../model/finding.ts';
import { namesIn } from '../model/name-list.ts';
import type { Words } from './entry.ts';
import { FINDINGS, isFindingCode } from './findings.ts';
import { acrossRun } from './writer.ts';

export type { Words } from './entry.ts';

const MAX_NAMES = 5;

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

/** Some of the programs of a list in args; args have all of them. */
function somePrograms(list: string): string {
  const names = namesIn(list);
  const rest = names.length - MAX_NAMES;
  const shown = names.slice(0, MAX_NAMES).join(', ');
  return `${names.length > 1 ? 'programs' : 'program'} ${shown}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** What a finding takes along, and what it follows from. */
function followWords({ args }: Finding): string {
  const { users, because, because_subject: subject, because_programs: programs } = args;
  if (users !== undefined) return `It is used by ${somePrograms(users)}.`;
  if (because === undefined || programs === undefined) return '';
  const root = subject === undefined ? because : `${because} (${subject})`;
  const [use, are] = programs.includes(', ') ? ['use', 'are'] : ['uses', 'is'];
  return `It follows from ${root}: ${somePrograms(programs)}, which alone ${use} what is looked at, ${are} not attached.`;
}

/**
 * Title, explanation and remedy of a finding as plain text, from its code and args. One that was read back may have a code of
 * another version: then it is one of unknown cause.
 */
export function words(finding: Finding): Words {
  const entry = isFindingCode(finding.code) ? FINDINGS[finding.code] : FINDINGS.UNKNOWN;
  const { title, explanation, remediation } = entry.words(finding);
  return {
    title,
    explanation: [explanation, untestedWords(finding), followWords(finding), acrossRun(finding)]
      .filter((text) => text !== '')
      .join(' '),
    remediation: `${remediation}${requireWords(finding)}`.trim(),
  };
}
