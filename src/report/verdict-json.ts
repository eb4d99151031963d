import type { Outcome } from '../model/cell.ts';
import { compareKernels, kernelNumber } from '../model/kernel-range.ts';
import type { RunStatus } from '../model/report.ts';
import { object, some } from './json-values.ts';
import type { TargetView } from './view.ts';

/** What became of a target in the words of the earlier tool; undefined where another machine runs it. */
export function targetVerdict(outcome: Outcome): string | undefined {
  switch (outcome.status) {
    case 'pass':
      return 'COMPATIBLE';
    case 'fail':
      return 'INCOMPATIBLE';
    case 'infra_error':
      return 'INFRA_ERROR';
    case 'inferred':
      return undefined;
    case 'skipped':
      return outcome.otherShard ? undefined : 'UNSUPPORTED';
  }
}

/** The same of a run. */
export function runVerdict(status: RunStatus): string {
  return { pass: 'COMPATIBLE', fail: 'INCOMPATIBLE', error: 'INFRA_ERROR' }[status];
}

/** Whether every kernel, required or not, has said yes or no. */
export function isComplete(views: readonly TargetView[]): boolean {
  return views.every(({ outcome: { status } }) => status === 'pass' || status === 'fail');
}

/** Which kernel was wanted, and which one ran. */
export function environmentJson({ target, evidence }: TargetView) {
  const { kernelFamily } = target.profile;
  const observed = evidence?.hello.kernel.release;
  const [family, number] = [kernelNumber(kernelFamily), kernelNumber(observed ?? '')];
  return object({
    requested_kernel_family: some(kernelFamily),
    observed_kernel: observed,
    kernel_family_match:
      observed === undefined || family === undefined
        ? undefined
        : number !== undefined && compareKernels(family, number) === 0,
  });
}
