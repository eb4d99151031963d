import type { Artifact, Cell, Target } from '../model/cell.ts';
import type { MinKernel } from '../model/gate.ts';
import { compareKernels, kernelNumber } from '../model/kernel-range.ts';

/**
 * One cell per artifact and kernel, artifact by artifact, each in matrix order: the order of every report. A guest's
 * running time cannot be known before, so the order of work is the order of reading.
 */
export function planCells(artifacts: readonly Artifact[], targets: readonly Target[]): Cell[] {
  return artifacts.flatMap((_, artifact) => targets.map((_target, target) => ({ artifact, target })));
}

/**
 * The matrix with the manifest's `required_profiles` applied: a profile listed there gates even when the matrix calls
 * it optional. One that the matrix does not have is for the gate to report.
 */
export function requireProfiles(targets: readonly Target[], requiredProfiles: readonly string[]): Target[] {
  return targets.map((target) =>
    requiredProfiles.includes(target.profile.id) ? { ...target, required: true } : target,
  );
}

/**
 * The matrix with the manifest's `min_kernel` applied: kernels from it on are required and older ones optional, whatever
 * the matrix says. One whose family is not a number may be newer: it is required.
 */
export function promiseKernels(targets: readonly Target[], minKernel: MinKernel | undefined): Target[] {
  return targets.map((target) => {
    if (minKernel === undefined) return target;
    const number = kernelNumber(target.profile.kernelFamily);
    return { ...target, required: number === undefined || compareKernels(number, minKernel.number) >= 0 };
  });
}
