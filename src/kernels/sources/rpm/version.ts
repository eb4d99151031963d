/** Epoch, version and release of a package. */
export interface Evr {
  readonly epoch: number;
  readonly version: string;
  readonly release: string;
}

/** `[EPOCH:]VERSION-RELEASE`, as reports and profiles write it. */
export function evrText({ epoch, version, release }: Evr): string {
  return `${epoch === 0 ? '' : `${epoch}:`}${version}-${release}`;
}

/** What `evrText` wrote. */
export function parseEvr(text: string): Evr {
  const [, epoch = '0', version = '', release = ''] = /^(?:(\d+):)?([^-]+)-(.+)$/.exec(text) ?? [];
  return { epoch: Number(epoch), version, release };
}

/** Runs of digits by value, of letters by code; a digit run is newer than a letter run. */
function compareSegments(a: string, b: string): number {
  const isNumber = (text: string): boolean => /^[0-9]/.test(text);
  if (isNumber(a) !== isNumber(b)) return isNumber(a) ? 1 : -1;
  if (!isNumber(a)) return a === b ? 0 : a < b ? -1 : 1;
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  if (x.length !== y.length) return x.length < y.length ? -1 : 1;
  return x === y ? 0 : x < y ? -1 : 1;
}

/**
 * Orders versions as rpm does: alternating runs of digits and letters, everything else only divides them; `~` is older
 * than the end of the text, `^` newer than the end and older than anything else.
 * @returns negative, 0 or positive
 */
export function compareRpmVersions(a: string, b: string): number {
  const words = (text: string): string[] => text.match(/[0-9]+|[A-Za-z]+|[~^]/g) ?? [];
  const [left, right] = [words(a), words(b)];
  for (let index = 0; ; index++) {
    const [x, y] = [left[index], right[index]];
    if (x === undefined && y === undefined) return 0;
    for (const mark of ['~', '^']) {
      if (x === mark && y === mark) continue;
      if (x === mark) return mark === '~' || y !== undefined ? -1 : 1;
      if (y === mark) return mark === '~' || x !== undefined ? 1 : -1;
    }
    if (x === undefined) return -1;
    if (y === undefined) return 1;
    if (x === y) continue;
    const order = compareSegments(x, y);
    if (order !== 0) return order;
  }
}

/** Orders packages of one name: epoch, then version, then release. */
export function compareEvr(a: Evr, b: Evr): number {
  return a.epoch - b.epoch || compareRpmVersions(a.version, b.version) || compareRpmVersions(a.release, b.release);
}

/** Whether a package is of the version that a profile names, with or without epoch and release. */
export function isVersion(expected: string, { epoch, version, release }: Evr): boolean {
  const [, itsEpoch, itsVersion, itsRelease] = /^(?:(\d+):)?([^-]+)(?:-(.+))?$/.exec(expected) ?? [];
  return (
    itsVersion === version &&
    (itsEpoch === undefined || Number(itsEpoch) === epoch) &&
    (itsRelease === undefined || itsRelease === release)
  );
}
