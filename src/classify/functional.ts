import type { ReasonOf, SomeArgs } from '../findings/findings.ts';
import type { FunctionalTest } from '../model/cell.ts';
import { errnoName } from '../model/errno.ts';
import { type Evidence, type StageOf, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { type Broken, brokenExpectations } from './assertions.ts';
import { hintOf, NOT_FOUND } from './command-hints.ts';
import { shellRejection } from './command-shell.ts';
import { loaderFailure } from './loader-output.ts';
import { evidenceLine, makeFinding } from './make-finding.ts';
import { openedProgram } from './reported-programs.ts';
import { testRunSince } from './test-run.ts';

type FunctionalStage = StageOf<'functional'>;

export interface FunctionalResult {
  /** Required tests that did not pass, or that behaviour mode had nothing to run. */
  readonly failed: readonly Finding[];
  /** Optional tests that did not pass. */
  readonly notes: readonly Finding[];
  /** Why the commands of required tests could not be run at all; they are among the notes and not among `failed`. */
  readonly unrunnable: readonly string[];
}

/** A test with what the guest said about it. */
interface TestResult {
  readonly test: FunctionalTest;
  readonly stage: FunctionalStage | undefined;
  readonly broken: readonly Broken[];
}

/** Whether the guest's own facts say that the test passed; the word `pass` alone is not enough. */
function passed({ test, stage, broken }: TestResult): boolean {
  const commandPassed =
    test.command === '' || (stage?.exit_code === test.expectExitCode && shellRejection(stage, 'test') === undefined);
  return stage?.status === 'pass' && !stage.timed_out && commandPassed && broken.length === 0;
}

function reasonOf({ test, stage, broken }: TestResult): ReasonOf<'FUNCTIONAL_TEST_FAILURE'> {
  if (stage === undefined) return 'not_run';
  if (stage.status === 'skipped') return 'skipped';
  if (stage.timed_out) return 'timeout';
  const commandFailed = test.command !== '' && stage.exit_code !== test.expectExitCode;
  return !commandFailed && broken.length > 0 ? 'expectation' : 'failed';
}

const ENOTSUPP = -524;

/** Expectations that are reported besides the first; of more there is the number. */
const MAX_ALSO = 8;

/** What a program returned says more than what it left in maps, and without it nothing was triggered. */
function runsFirst(broken: readonly Broken[]): Broken[] {
  return [...broken.filter(({ kind }) => kind === 'run'), ...broken.filter(({ kind }) => kind !== 'run')];
}

/** What is known about the first expectation that does not hold. */
function expectationArgs(
  evidence: Evidence,
  test: FunctionalTest,
  [first, ...more]: readonly Broken[],
): SomeArgs<'FUNCTIONAL_TEST_FAILURE'> & { readonly reason?: never } {
  if (first === undefined) return {};
  const program = openedProgram(evidence, first.subject);
  const unsupported =
    first.kind === 'run' && (first.errno === ENOTSUPP || errnoName(first.errno) === 'EOPNOTSUPP')
      ? { cause: 'test_run_unsupported', program_type: program?.type, since: testRunSince(program?.type ?? '') }
      : {};
  return {
    kind: first.kind,
    expected_of: first.subject,
    wanted: first.wanted.slice(0, 300),
    seen: first.seen.slice(0, 300),
    error: first.error,
    also_failed: more.length > 0 ? String(more.length) : undefined,
    ...Object.fromEntries(
      more.slice(0, MAX_ALSO).flatMap(({ kind, subject, wanted, seen }, index) => [
        [`also_${index + 1}`, `${kind} ${subject}`],
        [`also_${index + 1}_wanted`, wanted.slice(0, 300)],
        [`also_${index + 1}_seen`, seen.slice(0, 300)],
      ]),
    ),
    runs: test.expect?.run.length ? String(test.expect.run.length) : undefined,
    ...unsupported,
  };
}

/** The line that says most: what the command said last, unless an expectation failed. */
function mainLine(stage: FunctionalStage | undefined, reason: string): string | undefined {
  const output = stage?.stderr_tail.trim() || stage?.stdout_tail.trim();
  const said = output?.split('\n').pop();
  return reason === 'failed' ? said || stage?.error : stage?.error || said;
}

/** As the guest has it in the error of a test, about the one that is reported. */
function saidOf({ subject, error }: Broken): string {
  return error === '' ? subject : `${subject}: ${error}`;
}

function testFinding(evidence: Evidence, result: TestResult): Finding {
  const { test, stage } = result;
  const broken = runsFirst(result.broken);
  const reason = reasonOf(result);
  return makeFinding({
    code: 'FUNCTIONAL_TEST_FAILURE',
    confidence: 'high',
    phase: 'functional',
    subject: test.name,
    args: {
      reason,
      test: test.name,
      required: String(test.required),
      exit_code: stage && test.command !== '' ? String(stage.exit_code) : undefined,
      expected_exit_code: test.command === '' ? undefined : String(test.expectExitCode),
      timeout_seconds: String(test.timeoutSeconds),
      error: stage?.error,
      message: reason === 'failed' && stage && test.command !== '' ? loaderFailure(stage).words : undefined,
      hint: reason === 'failed' && stage?.exit_code === NOT_FOUND ? hintOf(stage) : undefined,
      ...(reason === 'expectation' ? expectationArgs(evidence, test, broken) : {}),
    },
    evidence: evidenceLine(
      reason === 'expectation' ? broken[0] && saidOf(broken[0]) : mainLine(stage, reason),
      `functional test ${test.name}`,
    ),
  });
}

/** Holds the tests of the manifest against what the guest reported; required is what the manifest says it is. */
export function functionalResult(
  evidence: Evidence,
  tests: readonly FunctionalTest[],
  validationMode: string,
): FunctionalResult {
  if (validationMode === 'behavior' && tests.length === 0) {
    const finding = makeFinding({
      code: 'FUNCTIONAL_TEST_FAILURE',
      confidence: 'high',
      phase: 'functional',
      args: { reason: 'no_tests' },
    });
    return { failed: [finding], notes: [], unrunnable: [] };
  }
  const stages = new Map(stagesOf(evidence, 'functional').map((stage) => [stage.name, stage]));
  const failed = tests
    .map((test): TestResult => {
      const stage = stages.get(test.name);
      return { test, stage, broken: brokenExpectations(test, stage) };
    })
    .filter((result) => !passed(result));
  const failure = (result: TestResult): string | undefined =>
    result.test.command === '' ? undefined : shellRejection(result.stage, 'test');
  const decides = (result: TestResult): boolean => result.test.required && failure(result) === undefined;
  const reported = (results: readonly TestResult[]): Finding[] =>
    results.map((result) => testFinding(evidence, result));
  return {
    failed: reported(failed.filter(decides)),
    notes: reported(failed.filter((result) => !decides(result))),
    unrunnable: failed.flatMap((result) => {
      const why = result.test.required ? failure(result) : undefined;
      return why === undefined ? [] : [`test ${result.test.name}: ${why}`];
    }),
  };
}
