import type { Cell, CellResult, Target } from '../model/cell.ts';
import type { Expectation, Expected } from '../model/gate.ts';
import { inKernelRange, kernelNumber } from '../model/kernel-range.ts';

/** Does the declaration speak of this kernel? A family without a number is told by the kernel that was really asked. */
function speaksOf({ profiles, kernels }: Expectation, { profile }: Target, result: CellResult | undefined): boolean {
  if (profiles.includes(profile.id)) return true;
  if (kernels === undefined) return false;
  const number = kernelNumber(profile.kernelFamily) ?? kernelNumber(result?.kernel?.release ?? '');
  return number !== undefined && inKernelRange(number, kernels);
}

/** What became of the failure that is declared for this kernel; undefined without a declaration. Any of several will do. */
export function expectedOf(
  cell: Cell,
  target: Target,
  result: CellResult | undefined,
  expectations: readonly Expectation[],
): Expected | undefined {
  const own = expectations.filter((expectation) => speaksOf(expectation, target, result));
  const outcome = result?.outcome;
  const codes: string[] = outcome?.status === 'fail' ? outcome.findings.flatMap((f) => [f.code, f.rollup]) : [];
  const matching = own.find(({ code }) => codes.includes(code));
  const shown = matching ?? own[0];
  if (!shown) return undefined;
  const failed = matching ? 'failed' : 'other_cause';
  const met = outcome?.status === 'fail' ? failed : outcome?.status === 'pass' ? 'passed' : 'no_answer';
  return { artifact: cell.artifact, target: cell.target, code: shown.code, reason: shown.reason, met };
}
