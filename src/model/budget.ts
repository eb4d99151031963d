import { compareKernels, kernelVersion } from './kernel-range.ts';

/** The instructions a program may cost the verifier: a number, or a share of the kernel's own limit (`80%`). */
export type InsnBudget = number | `${number}%`;

/** What the verifier processes at most for whoever may load everything, by the first kernel with that limit; newest first. */
const LIMITS: readonly (readonly [major: number, minor: number, limit: number])[] = [
  [5, 2, 1_000_000],
  [4, 15, 131_072],
  [4, 12, 98_304],
  [4, 7, 65_536],
  [0, 0, 32_768],
];

/**
 * Instructions that the verifier of a kernel processes before it gives up; undefined when its version does not say.
 * @param release as `uname -r` prints it
 */
export function insnLimit(release: string): number | undefined {
  const version = kernelVersion(release);
  // Vendors have put parts of newer verifiers into their 3.x and 4.x kernels.
  if (!version || (version.backports && version.number[0] < 5)) return undefined;
  return LIMITS.find(([major, minor]) => compareKernels(version.number, [major, minor]) >= 0)?.[2];
}
