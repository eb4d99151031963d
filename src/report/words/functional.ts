import type { Finding } from '../../model/finding.ts';
import { seenWords, wantedWords } from './assertions.ts';
import { arg, sentence, type Words } from './writer.ts';

const SAID: Readonly<Record<string, string>> = {
  not_run: 'was not run',
  skipped: 'was skipped',
  timeout: 'ran out of time',
  failed: 'failed',
};

/** Words of FUNCTIONAL_TEST_FAILURE. */
export function functionalWords(finding: Finding): Words {
  const reason = arg(finding, 'reason', 'failed');
  if (reason === 'no_tests') {
    return {
      title: 'behaviour mode was asked for, and the manifest has no functional test',
      explanation: 'Load and attach alone show no behaviour.',
      remediation: 'Add functional_tests to the manifest, or use validation mode load_attach.',
    };
  }
  if (reason === 'expectation') return expectationWords(finding);
  return {
    title: `functional test ${arg(finding, 'test', '?')} ${SAID[reason] ?? 'failed'}`,
    explanation: ended(
      sentence(
        finding.args['error'] ??
          `exit code ${arg(finding, 'exit_code', 'unknown')}, expected ${arg(finding, 'expected_exit_code', '0')}`,
      ),
    ),
    remediation: 'Load and attach worked: look at the output of the test in the report.',
  };
}

/** With a full stop. */
function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

const SUBJECTS = { map: 'map', variable: 'variable', event: 'events of', run: 'program' } as const;

const TRIGGER =
  'Load and attach worked: did anything in the guest trigger the program? A command or a run of the test can do it; a longer timeout waits longer.';
const TODO = {
  map: TRIGGER,
  variable: TRIGGER,
  event: TRIGGER,
  run: 'The program loads; look at what it makes of this input on this kernel.',
} as const;

function kindOf(finding: Finding): keyof typeof SUBJECTS {
  const kind = arg(finding, 'kind', 'map');
  return kind === 'variable' || kind === 'event' || kind === 'run' ? kind : 'map';
}

function expectationWords(finding: Finding): Words {
  const kind = kindOf(finding);
  const subject = `${SUBJECTS[kind]} ${arg(finding, 'expected_of', '?')}`;
  const test = `functional test ${arg(finding, 'test', '?')}`;
  const wanted = wantedWords(kind, arg(finding, 'wanted', ''));
  const seen = seenWords(kind, arg(finding, 'seen', ''), arg(finding, 'wanted', ''));
  const more = finding.args['also_failed'];
  const explanation = [
    `Expected of ${subject}: ${wanted}.`,
    seen === '' ? '' : `Seen: ${seen}.`,
    more === undefined ? '' : `${more} more of what the test expects ${more === '1' ? 'does' : 'do'} not hold.`,
  ].filter((part) => part !== '');
  if (finding.args['cause'] === 'test_run_unsupported') return unsupportedRun(finding, test);
  return {
    title: `${test}: ${subject}: ${arg(finding, 'error', 'not as expected')}`,
    explanation: explanation.join(' '),
    remediation: hint(finding) ?? TODO[kind],
  };
}

function unsupportedRun(finding: Finding, test: string): Words {
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

/** What a refusal without words most often means, and what cannot come true on any kernel. */
function hint(finding: Finding): string | undefined {
  const seen = arg(finding, 'seen', '');
  if (finding.args['kind'] !== 'run') {
    return seen === '' ? 'Correct the expectation: no kernel can meet it as it is written.' : undefined;
  }
  if (!/\berrno=-22\b/.test(seen)) return undefined;
  return 'Packet programs need a whole Ethernet header in data_in (14 bytes; tc and the like more than that) and, where it says IPv4, a whole IPv4 header (20 bytes more); raw tracepoints, sk_lookup and syscall programs take ctx_in and no data_in.';
}
