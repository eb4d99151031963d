const SEMVER = /^v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]*)?$/;

interface Version {
  readonly numbers: readonly number[];
  /** Empty: a release. */
  readonly before: readonly string[];
}

function read(text: string): Version | undefined {
  const match = SEMVER.exec(text);
  if (!match) return undefined;
  return { numbers: match.slice(1, 4).map((part) => Number(part ?? 0)), before: match[4]?.split('.') ?? [] };
}

function compareIdentifiers(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  const [isA, isB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isA && isB) return Number(a) - Number(b);
  if (isA !== isB) return isA ? -1 : 1;
  return a === b ? 0 : a < b ? -1 : 1;
}

function comparePrerelease(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return Number(a.length === 0) - Number(b.length === 0);
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const order = compareIdentifiers(a[index], b[index]);
    if (order !== 0) return order;
  }
  return 0;
}

/** Above zero when `a` is the newer version (https://semver.org, 11). Texts that are no version are older than all. */
export function compareSemver(a: string, b: string): number {
  const [first, second] = [read(a), read(b)];
  if (!first || !second) return Number(first !== undefined) - Number(second !== undefined);
  for (const [index, number] of first.numbers.entries()) {
    const order = number - (second.numbers[index] ?? 0);
    if (order !== 0) return order;
  }
  return comparePrerelease(first.before, second.before);
}
