import type { CellResult, Target } from '../model/cell.ts';
import { compareKernels, kernelNumber } from '../model/kernel-range.ts';
import { flag } from '../model/wording.ts';
import type { GateInput, GateOptions } from './input.ts';
import type { Reason } from './reason.ts';

function isRequired({ required, profile }: Target, { requiredProfiles = [] }: GateOptions): boolean {
  return required || requiredProfiles.includes(profile.id);
}

/** A profile that calls its kernel older than it is takes no kernel away from what `min_kernel` promises. */
function isPromised(result: CellResult | undefined, { minKernel }: GateOptions): boolean {
  const number = kernelNumber(result?.kernel?.release ?? '');
  return minKernel !== undefined && number !== undefined && compareKernels(number, minKernel.number) >= 0;
}

/** The run with every kernel as required that decides: reports say of a kernel what the gate makes of it. */
export function withRequired<R extends GateInput>(run: R, options: GateOptions): R {
  const promised = new Set(run.results.filter((result) => isPromised(result, options)).map(({ cell }) => cell.target));
  const targets = run.targets.map((target, index) =>
    !target.required && (promised.has(index) || isRequired(target, options)) ? { ...target, required: true } : target,
  );
  return { ...run, targets };
}

/** Required kernels that a run of a few kernels does not test: what the others say is not a verdict about them. */
export function untested({ targets, partial }: GateInput, { requiredProfiles = [] }: GateOptions): string[] {
  if (partial) return [];
  const ids = targets.map(({ profile }) => profile.id);
  return requiredProfiles
    .filter((id) => !ids.includes(id))
    .map((id) => `required ${id}: was not tested in this run; add it to ${flag('kernels')}`);
}

/** What is to be said where no kernel is required. A promise that nothing in the run can keep or break is not a pass. */
export function unrequired(run: GateInput, options: GateOptions): Reason[] {
  const { failOn = 'required', minKernel } = options;
  if (failOn === 'any' || run.targets.some((target) => isRequired(target, options))) return [];
  if (minKernel !== undefined && !run.partial) {
    const number = minKernel.number.join('.');
    const text =
      `min_kernel ${number} (${minKernel.origin}) requires no kernel of this run, so nothing that it promises was tested; ` +
      `add a kernel from ${number} on to ${flag('kernels')} or the matrix, or lower min_kernel`;
    return [{ weight: 'error', text }];
  }
  if (failOn === 'never') return [];
  return [{ weight: 'remark', text: 'no kernel of this run is required, so no failure can fail it' }];
}
