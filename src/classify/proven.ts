import type { Outcome } from '../model/cell.ts';
import { firstStage, type Stage, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { type ClassifyInput, classify } from './classify.ts';
import { makeFinding } from './make-finding.ts';

/** How a validator ends that saw a failure. */
const FAILED: Stage = { stage: 'exit', kind: 'exited', code: 2, signal: 0, elapsed_us: 0 };

/**
 * What failed as far as the guest reported it, when the rest of its result is of no use: nothing that comes later takes a
 * failure back. undefined: no failure was reported.
 */
function provenFailure(input: ClassifyInput): Outcome | undefined {
  const { evidence } = input;
  const stages = [...evidence.stages.filter(({ stage }) => stage !== 'exit'), FAILED];
  const opened = new Set(firstStage(evidence, 'open')?.programs.map(({ name }) => name));
  const attached = new Set(stagesOf(evidence, 'attach').map(({ program }) => program));
  const tested = new Set(stagesOf(evidence, 'functional').map(({ name }) => name));
  const outcome = classify({
    ...input,
    evidence: { ...evidence, stages },
    // They are of the whole evidence.
    programCauses: undefined,
    // What was not reported is not a failure here.
    programs: input.programs.filter(({ name }) => attached.has(name) || !opened.has(name)),
    functionalTests: input.functionalTests.filter(({ name }) => tested.has(name)),
    validationMode: '',
  });
  return outcome.status === 'fail' ? outcome : undefined;
}

/** A failure beside which the guest's result cannot be relied on, with a note that says so. */
export function withNote(outcome: Outcome, reason: 'contradiction' | 'unfinished' | 'stopped', why: string): Outcome {
  if (outcome.status !== 'fail') return outcome;
  const note = makeFinding({
    code: 'RESPONSE_UNRELIABLE',
    confidence: 'high',
    phase: 'infra',
    args: { reason, why },
  });
  return { ...outcome, findings: [...outcome.findings, note] };
}

/** What stands for findings that a report has no room for. @param decisive causes of the failure are among them */
export function leftOut(count: number, decisive: boolean): Finding {
  const why = `${count} more findings`;
  const finding = makeFinding({
    code: 'RESPONSE_UNRELIABLE',
    confidence: 'high',
    phase: 'infra',
    args: { reason: 'left_out', why },
  });
  return { ...finding, decisive };
}

/** A verdict that could not be reached is one all the same where the guest reported a failure. */
export function failureBeside(outcome: Outcome, input: ClassifyInput): Outcome {
  if (outcome.status !== 'infra_error') return outcome;
  const failure = provenFailure(input);
  return failure ? withNote(failure, 'unfinished', outcome.message) : outcome;
}

/** `classify`, and a reported failure stays one when the end of the result denies it or does not come. */
export function classifyWhole(input: ClassifyInput): Outcome {
  return failureBeside(classify(input), input);
}
