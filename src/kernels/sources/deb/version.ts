/** Weight of a character outside digits: `~` sorts before the end, letters before everything else. */
function weight(char: string | undefined): number {
  if (char === undefined) return 0;
  if (char === '~') return -1;
  const code = char.charCodeAt(0);
  return /[A-Za-z]/.test(char) ? code : code + 256;
}

function compareText(a: string, b: string): number {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = weight(a[i]) - weight(b[i]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareNumber(a: string, b: string): number {
  const left = a.replace(/^0+/, '');
  const right = b.replace(/^0+/, '');
  if (left.length !== right.length) return left.length - right.length;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** `6.12~rc1` becomes `''`, `6`, `.`, `12`, `~rc`, `1`: text and digits in turn, text first. */
function runsOf(text: string): string[] {
  const runs: string[] = text.match(/\D+|\d+/g) ?? [];
  return /^\d/.test(text) ? ['', ...runs] : runs;
}

/** Order of two upstream parts or two revisions. */
function comparePart(a: string, b: string): number {
  const left = runsOf(a);
  const right = runsOf(b);
  const length = Math.max(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const compare = i % 2 === 0 ? compareText : compareNumber;
    const difference = compare(left[i] ?? '', right[i] ?? '');
    if (difference !== 0) return difference;
  }
  return 0;
}

function split(version: string): { epoch: string; upstream: string; revision: string } {
  const colon = version.indexOf(':');
  const rest = colon < 0 ? version : version.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: colon < 0 ? '0' : version.slice(0, colon),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '0' : rest.slice(dash + 1),
  };
}

/** Order of Debian package versions (`[epoch:]upstream[-revision]`): negative, 0 or positive, as for Array.sort. */
export function compareVersions(a: string, b: string): number {
  const left = split(a);
  const right = split(b);
  return (
    compareNumber(left.epoch, right.epoch) ||
    comparePart(left.upstream, right.upstream) ||
    comparePart(left.revision, right.revision)
  );
}
