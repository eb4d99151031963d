export interface KernelVersion {
  readonly major: number;
  readonly minor: number;
  /** Kernels of vendors that carry features back for years: there the number says little about features. */
  readonly backports: boolean;
}

const BACKPORTING = /\.el\d|\.amzn|uek|\.sles|\.fc\d|-default$|cos/i;

/** Reads `uname -r`; undefined when it does not start with two numbers. */
export function kernelVersion(release: string): KernelVersion | undefined {
  const match = /^(\d{1,3})\.(\d{1,4})/.exec(release);
  if (!match) return undefined;
  return { major: Number(match[1]), minor: Number(match[2]), backports: BACKPORTING.test(release) };
}

/** Whether a kernel is older than `since` (`5.8`); false when either is not known. */
export function olderThan(version: KernelVersion | undefined, since: string | undefined): boolean {
  if (!version || since === undefined) return false;
  const [major = 0, minor = 0] = since.split('.').map(Number);
  return version.major !== major ? version.major < major : version.minor < minor;
}
