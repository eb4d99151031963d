import { compareKernels, kernelNumber } from '../model/kernel-range.ts';

/** What decides about the place of a kernel. */
export interface OrderedKernel {
  readonly arch: string;
  readonly vendor: string;
  /** `6.1`; may be anything. */
  readonly family: string;
}

function byAge(a: string, b: string): number {
  const [x, y] = [kernelNumber(a), kernelNumber(b)];
  // What has no number comes last.
  if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
  return compareKernels(x, y);
}

/** Kernels by architecture and vendor, each in the order in which it is first named, and of a vendor the oldest first. */
export function byVendor<T>(kernels: readonly T[], place: (kernel: T) => OrderedKernel): T[] {
  const placed = kernels.map((kernel) => ({ kernel, ...place(kernel) }));
  const archs = placed.map(({ arch }) => arch);
  const vendors = placed.map(({ vendor }) => vendor);
  return placed
    .sort(
      (a, b) =>
        archs.indexOf(a.arch) - archs.indexOf(b.arch) ||
        vendors.indexOf(a.vendor) - vendors.indexOf(b.vendor) ||
        byAge(a.family, b.family),
    )
    .map(({ kernel }) => kernel);
}
