import type { FunctionalTest } from '../model/cell.ts';
import { type Evidence, type StageOf, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { evidenceLine, makeFinding } from './make-finding.ts';

type FunctionalStage = StageOf<'functional'>;

export interface FunctionalResult {
  readonly findings: readonly Finding[];
  /** A required test did not pass, or behaviour mode had nothing to run. */
  readonly failed: boolean;
}

/** Whether the guest's own facts say that the test passed; the word `pass` alone is not enough. */
function passed(test: FunctionalTest, stage: FunctionalStage | undefined): boolean {
  return stage?.status === 'pass' && !stage.timed_out && stage.exit_code === test.expectExitCode;
}

function testFinding(test: FunctionalTest, stage: FunctionalStage | undefined): Finding {
  const output = stage?.stderr_tail.trim() || stage?.stdout_tail.trim();
  const reason =
    stage === undefined ? 'not_run' : stage.status === 'skipped' ? 'skipped' : stage.timed_out ? 'timeout' : 'failed';
  return makeFinding({
    code: 'FUNCTIONAL_TEST_FAILURE',
    confidence: 'high',
    phase: 'functional',
    subject: test.name,
    args: {
      reason,
      test: test.name,
      required: String(test.required),
      exit_code: stage && String(stage.exit_code),
      expected_exit_code: String(test.expectExitCode),
      timeout_seconds: String(test.timeoutSeconds),
      error: stage?.error,
    },
    evidence: evidenceLine(stage?.error || output?.split('\n').pop(), `functional test ${test.name}`),
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
    return { findings: [finding], failed: true };
  }
  const stages = new Map(stagesOf(evidence, 'functional').map((stage) => [stage.name, stage]));
  const broken = tests.filter((test) => !passed(test, stages.get(test.name)));
  return {
    findings: broken.map((test) => testFinding(test, stages.get(test.name))),
    failed: broken.some((test) => test.required),
  };
}
