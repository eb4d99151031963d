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

/** Distributions that put parts of newer kernels into 3.x and 4.x ones. */
const BACKPORTS = /\.(?:el|amzn|al)\d|uek|\.sles|-default$/;

/**
 * Instructions that the verifier of a kernel processes before it gives up; undefined when its version does not tell.
 * @param release as `uname -r` prints it
 */
export function insnLimit(release: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,4})/.exec(release);
  if (!match) return undefined;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  if (major < 5 && BACKPORTS.test(release)) return undefined;
  return LIMITS.find(([m, n]) => major > m || (major === m && minor >= n))?.[2];
}
