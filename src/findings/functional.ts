import { fieldsOf } from '../model/expect-fields.ts';
import { expectedWords, operand, seenWords, signed } from './assertions.ts';
import { ADVICE, reportedWords } from './command.ts';
import { entry, type Facts, ofReason, reasonsOf, type Words } from './entry.ts';
import { arg, sentence } from './writer.ts';

const ARGS = [
  'test',
  'required',
  'exit_code',
  'expected_exit_code',
  'timeout_seconds',
  'hint',
  'message',
  'kind',
  'expected_of',
  'wanted',
  'seen',
  'runs',
  'cause',
  'program_type',
  'also_failed',
  'also_N',
  'also_N_wanted',
  'also_N_seen',
] as const;

/** How a test ended that did not pass, apart from what it expected of the object. */
const ENDED = {
  not_run: 'was not run',
  skipped: 'was skipped',
  timeout: 'ran out of time',
  failed: 'failed',
};

type Reason = keyof typeof ENDED | 'no_tests' | 'expectation';
type TestFacts = Facts<(typeof ARGS)[number], Reason>;

function functionalWords(finding: TestFacts): Words {
  const { reason } = finding.args;
  if (reason === 'no_tests') {
    return {
      title: 'behavior mode needs a functional test, and the manifest has none',
      explanation: 'Load and attach alone show no behavior.',
      remediation: 'Add functional_tests to the manifest, or use validation mode load_attach.',
    };
  }
  if (reason === 'expectation') return expectationWords(finding);
  return {
    title: `functional test ${arg(finding, 'test', '?')} ${ofReason(reason, ENDED) ?? ENDED.failed}`,
    explanation: `${ended(
      sentence(
        finding.args.error ??
          `exit code ${arg(finding, 'exit_code', 'unknown')}, expected ${arg(finding, 'expected_exit_code', '0')}`,
      ),
    )}${reportedWords(finding)}`,
    remediation:
      finding.args.hint === undefined
        ? 'Load and attach worked: see the output of the test in the report.'
        : `Load and attach worked, and this is not a fault of the object. ${ADVICE[finding.args.hint] ?? ''}`.trim(),
  };
}

/** With a full stop. */
function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

const SUBJECTS = { map: 'map', variable: 'variable', event: 'events of', run: 'program' } as const;

const TRIGGER =
  'Load and attach worked: did anything in the guest trigger the program? A command or a run of the test can do it; a longer timeout waits longer.';
/** The test ran a program itself, so nothing has to trigger it. */
const AFTER_RUN =
  'Load and attach worked, and the test ran the program: look at what the program does with this input on this kernel.';
const TODO = {
  map: TRIGGER,
  variable: TRIGGER,
  event: TRIGGER,
  run: 'The program loads; look at what it makes of this input on this kernel.',
} as const;

/** `map counts: expected key 0, value 3; seen value 0`. */
function alsoWords({ args }: TestFacts, index: number): string {
  const [about = '', wanted = '', seen = ''] = (['', '_wanted', '_seen'] as const).map(
    (end) => args[`also_${index}${end}`],
  );
  const [word = '', ...name] = about.split(' ');
  const kind = (['map', 'variable', 'event', 'run'] as const).find((one) => one === word) ?? 'map';
  const saw = seenWords(kind, seen, wanted);
  return `${SUBJECTS[kind]} ${name.join(' ')}: expected ${expectedWords(kind, wanted)}${saw === '' ? '' : `; seen ${saw}`}`;
}

/** What else of the test does not hold, each in a sentence; the number of those that are not named. */
function alsoSentences(finding: TestFacts): string[] {
  const all = Number(finding.args.also_failed ?? 0);
  const reported: string[] = [];
  while (finding.args[`also_${reported.length + 1}`] !== undefined)
    reported.push(alsoWords(finding, reported.length + 1));
  const rest = all - reported.length;
  return [
    ...reported.map((text) => `Also ${text}.`),
    ...(rest > 0 ? [`${rest} more of what the test expects ${rest === 1 ? 'does' : 'do'} not hold.`] : []),
  ];
}

function kindOf(finding: TestFacts): keyof typeof SUBJECTS {
  const kind = arg(finding, 'kind', 'map');
  return kind === 'variable' || kind === 'event' || kind === 'run' ? kind : 'map';
}

function expectationWords(finding: TestFacts): Words {
  const kind = kindOf(finding);
  const subject = `${SUBJECTS[kind]} ${arg(finding, 'expected_of', '?')}`;
  const test = `functional test ${arg(finding, 'test', '?')}`;
  const wanted = expectedWords(kind, arg(finding, 'wanted', ''));
  const seen = seenWords(kind, arg(finding, 'seen', ''), arg(finding, 'wanted', ''));
  const explanation = [
    `Expected of ${subject}: ${wanted}.`,
    seen === '' ? '' : `Seen: ${seen}.`,
    ...alsoSentences(finding),
  ].filter((part) => part !== '');
  if (finding.args.cause === 'test_run_unsupported') return unsupportedRun(finding, test);
  return {
    title: `${test}: ${subject}: ${mismatch(finding, seen)}`,
    explanation: explanation.join(' '),
    remediation: hint(finding) ?? (finding.args.runs !== undefined && kind !== 'run' ? AFTER_RUN : TODO[kind]),
  };
}

/** `it returned 2, expected 1`; the guest's own words where there are no two numbers to compare. */
function mismatch(finding: TestFacts, seen: string): string {
  const error = arg(finding, 'error', 'not as expected');
  const wanted = fieldsOf(arg(finding, 'wanted', ''));
  const [kind, retval] = [kindOf(finding), wanted.get('retval')];
  if (kind === 'run') {
    const returned = /^returned -?\d+/.exec(seen)?.[0];
    const differs = retval !== undefined && returned !== undefined && returned !== `returned ${signed(retval)}`;
    return differs ? `it ${returned}, expected ${signed(retval)}` : error;
  }
  const value = wanted.get('value');
  const comparable = (kind === 'map' || kind === 'variable') && /^(?:value|all values together) /.test(seen);
  if (value === undefined || !comparable) return error;
  const [first = ''] = seen.split(',');
  return first.endsWith(` ${operand(value)}`) ? error : `${first}, expected ${operand(value)}`;
}

function unsupportedRun(finding: TestFacts, test: string): Words {
  const type = arg(finding, 'program_type', 'this');
  const { since } = finding.args;
  const program = arg(finding, 'expected_of', '?');
  return {
    title: `${test}: this kernel cannot run ${type} programs by BPF_PROG_TEST_RUN`,
    explanation:
      since === undefined
        ? `No kernel can run programs of type ${type} that way, so nothing is known about ${program}.`
        : `Upstream kernels can since ${since}, so nothing is known about ${program} here. It may well work.`,
    remediation:
      since === undefined
        ? 'Trigger the program with a command, and expect what it leaves in maps or events.'
        : `Make the test \`required: false\`, or expect it on kernels from ${since} on only.`,
  };
}

/** What a rejection without words most often means, and what cannot come true on any kernel. */
function hint(finding: TestFacts): string | undefined {
  const seen = arg(finding, 'seen', '');
  if (finding.args.kind !== 'run') {
    return seen === '' ? 'Correct the expectation: no kernel can meet it as it is written.' : undefined;
  }
  if (!/\berrno=-22\b/.test(seen)) return undefined;
  return 'Packet programs need a whole Ethernet header in data_in (14 bytes; tc and the like more than that) and, where it says IPv4, a whole IPv4 header (20 bytes more); raw tracepoints, sk_lookup and syscall programs take ctx_in and no data_in.';
}

/** What a functional test has found. */
export const FUNCTIONAL_FINDINGS = {
  FUNCTIONAL_TEST_FAILURE: entry({
    group: 'object',
    rule: ['A functional test fails', 'Load and attach worked: look at the output of the test.'],
    args: ARGS,
    reasons: ['no_tests', 'expectation', ...reasonsOf(ENDED)],
    words: functionalWords,
  }),
};
