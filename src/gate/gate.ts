import type { Expected } from '../model/gate.ts';
import type { RunReport, Verdict } from '../model/report.ts';
import { bestEffort } from './best-effort.ts';
import { expectedOf, idleExpectations } from './expectations.ts';
import type { GateInput, GateOptions } from './input.ts';
import { type Effect, type Reason, reasonFor } from './reason.ts';
import { unrequired, untested, withRequired } from './required.ts';

export type { GateInput, GateOptions } from './input.ts';

/** The comparison with the older run says that the object failed on the kernel already. */
function isKnown({ baseline }: GateInput, artifact: number, id: string): boolean {
  const kernels = baseline?.[artifact]?.profiles ?? [];
  return kernels.some(({ profile, failure }) => profile === id && failure === 'known');
}

/**
 * The verdict of docs/gate.md: a required target that failed is a failure, exit 2, whatever happened elsewhere: more
 * results would not make it pass. Else a required target that gave no result (or was skipped, or is missing) is an error,
 * exit 1; else pass. Optional targets are named in the reasons and change nothing. A run without a single result is an
 * error too: nothing was observed. `failOn` moves the line between failures and notes (docs/gate.md); an error stays one.
 */
export function gate(input: GateInput, options: GateOptions = {}): Verdict {
  const run = withRequired(input, options);
  const { failOn = 'required', expectations = [] } = options;
  const reasons: Reason[] = [];
  const allExpected: Expected[] = [];
  for (const artifact of [...new Set(run.results.map((result) => result.cell.artifact))]) {
    for (const [index, target] of run.targets.entries()) {
      const cell = { artifact, target: index };
      const result = run.results.find((one) => one.cell.artifact === artifact && one.cell.target === index);
      const expected = expectedOf(cell, target, result, expectations);
      if (expected) allExpected.push(expected);
      const known = isKnown(run, artifact, target.profile.id);
      const reason = reasonFor({ target, result, expected, known }, failOn);
      if (reason) reasons.push(reason);
    }
    reasons.push(...bestEffort(run, artifact).map((text) => ({ weight: 'remark', text }) as const));
  }
  if (!run.results.some(({ outcome }) => outcome.status === 'pass' || outcome.status === 'fail')) {
    reasons.push({ weight: 'error', text: 'no target has a result' });
  }
  reasons.push(...unrequired(run, options));
  if (!run.partial) {
    const idle = idleExpectations(run.targets, run.results, expectations, allExpected);
    reasons.push(...idle.map((text) => ({ weight: 'remark', text }) as const));
  }
  // What failed stays failed, whatever the others would have said.
  const failing = reasons.some(({ weight }) => weight === 'failure');
  reasons.push(...untested(run, options).map((text) => ({ weight: failing ? 'remark' : 'error', text }) as const));
  const of = (weight: Effect): string[] => reasons.filter((one) => one.weight === weight).map(({ text }) => text);
  const [errors, failures] = [of('error'), of('failure')];
  const facts = {
    reasons: [...new Set([...failures, ...errors, ...of('remark')])],
    ...(errors.length > 0 && { inconclusive: true as const }),
    ...(failOn !== 'required' && { failOn }),
    ...(allExpected.length > 0 && { expected: allExpected }),
  };
  if (failures.length > 0 && failOn !== 'never') return { status: 'fail', exitCode: 2, ...facts };
  if (errors.length > 0) return { status: 'error', exitCode: 1, ...facts };
  if (failures.length > 0) return { status: 'fail', exitCode: 0, ...facts };
  return { status: 'pass', exitCode: 0, ...facts };
}

/** What the gate makes of each object of a run alone, in order. @param whole its verdict about all of them */
export function gateObjects(
  run: GateInput & Pick<RunReport, 'artifacts'>,
  options: GateOptions,
  whole: Verdict,
): Verdict[] {
  if (run.artifacts.length === 1) return [whole];
  return run.artifacts.map((_, artifact) => {
    const results = run.results.filter(({ cell }) => cell.artifact === artifact);
    return gate({ ...run, results }, options);
  });
}
