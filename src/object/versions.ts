/** Kernels of vendors that carry features back for years: there the number says little about features. */
const BACKPORTING = /\.el\d|\.amzn|uek|\.sles|\.fc\d|-default$|cos/i;

/** Compares `major.minor` numbers: negative when `a` is older. An empty text is older than all. */
export function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}

/** `6.1` of `uname -r`, and whether its vendor carries features back; undefined when it starts otherwise. */
export function versionOf(release: string): { readonly version: string; readonly backports: boolean } | undefined {
  const match = /^(\d{1,3}\.\d{1,4})(?![\d])/.exec(release);
  return match?.[1] === undefined ? undefined : { version: match[1], backports: BACKPORTING.test(release) };
}
