/** The instructions a program may cost the verifier: a number, or a share of the kernel's own limit (`80%`). */
export type InsnBudget = number | `${number}%`;

/** From 5.2 on for whoever may load everything; before it was 131,072 from 4.15 on. */
const LIMITS: readonly { readonly since: number; readonly limit: number }[] = [
  { since: 5_002, limit: 1_000_000 },
  { since: 4_015, limit: 131_072 },
];

/**
 * Instructions that the verifier of a kernel processes before it gives up; undefined when its version does not tell:
 * older releases, and the 3.x and 4.x kernels of enterprise distributions, which have parts of newer ones.
 * @param release as `uname -r` prints it
 */
export function insnLimit(release: string): number | undefined {
  const [, major = '', minor = ''] = /^(\d{1,3})\.(\d{1,3})/.exec(release) ?? [];
  if (major === '') return undefined;
  const version = Number(major) * 1000 + Number(minor);
  if (version < 5_000 && /\.(?:el|amzn|al)\d|uek/.test(release)) return undefined;
  return LIMITS.find(({ since }) => version >= since)?.limit;
}
