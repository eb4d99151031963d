import { attachCount, requireAttach } from '../model/attach-warning.ts';
import { type Finding, type FindingCode, programsOf } from '../model/finding.ts';
import { ATTACH_WORDS } from './words/attach.ts';
import { COMMAND_WORDS } from './words/command.ts';
import { FEATURE_WORDS } from './words/features.ts';
import { functionalWords } from './words/functional.ts';
import { MAP_WORDS } from './words/maps.ts';
import { NAME_WORDS } from './words/names.ts';
import { OBJECT_WORDS } from './words/object.ts';
import { POLICY_WORDS } from './words/policy.ts';
import { SETTING_WORDS } from './words/settings.ts';
import { TYPE_WORDS } from './words/types.ts';
import { VERIFIER_WORDS } from './words/verifier.ts';
import { WATCH_WORDS } from './words/watch.ts';
import { acrossRun, arg, sentence, type Words, type Writer } from './words/writer.ts';

export type { Words } from './words/writer.ts';

const OWN_WORDS = {
  FUNCTIONAL_TEST_FAILURE: functionalWords,
  UNSUPPORTED_TRANSPORT: (f) => ({
    title: 'no lane supports this profile',
    explanation: sentence(arg(f, 'why', 'the question was not asked.')),
    remediation: 'Use a profile with a kernel source, or another runner.',
  }),
} as const satisfies Partial<Record<FindingCode, Writer>>;

/** Every code has words: a missing one does not compile. */
const WRITERS: Readonly<Record<FindingCode, Writer>> = {
  ...OBJECT_WORDS,
  ...SETTING_WORDS,
  ...NAME_WORDS,
  ...MAP_WORDS,
  ...TYPE_WORDS,
  ...FEATURE_WORDS,
  ...VERIFIER_WORDS,
  ...POLICY_WORDS,
  ...ATTACH_WORDS,
  ...WATCH_WORDS,
  ...COMMAND_WORDS,
  ...OWN_WORDS,
};

/** All codes, in the order of the words files. */
export const FINDING_CODES = Object.keys(WRITERS) as readonly FindingCode[];

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
  const { title, explanation, remediation } = WRITERS[finding.code](finding);
  return {
    title,
    explanation: [explanation, untestedWords(finding), acrossRun(finding)].filter((text) => text !== '').join(' '),
    remediation: `${remediation}${requireWords(finding)}`.trim(),
  };
}
