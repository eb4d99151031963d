import type { KernelRecord, Profile } from '../model/kernel.ts';
import { compareKernels, kernelNumber } from '../model/kernel-range.ts';

/**
 * Why a kernel is no answer to the question about its profile; undefined when it is one. The guest must answer with
 * this record's release (`openGuest`), so that no boot is needed to know it. A family that is no number promises nothing.
 */
export function wrongKernel(
  { id, kernelFamily, file }: Profile,
  { release, package: from }: KernelRecord,
): string | undefined {
  const family = kernelNumber(kernelFamily);
  const number = kernelNumber(release);
  if (family === undefined || (number !== undefined && compareKernels(family, number) === 0)) return undefined;
  return (
    `profile ${id} says kernel_family ${kernelFamily}, but its kernel is ${release} (package ${from.name}), which is no ` +
    `answer about ${kernelFamily}; correct kernel_family or the kernel block in ${file}`
  );
}
