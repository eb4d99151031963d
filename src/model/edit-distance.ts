/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`. Quadratic: for short words. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let best = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) best = Math.min(best, (beforeLast[column - 2] ?? 0) + 1);
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}

/** Names are slips of each other up to this many edits; names of the kernel differ by two for a reason (link, unlink). */
const MAX_SLIP = 1;
/** Below this length one edit makes another word; above the other no one mistypes a name. */
const SLIP_LENGTH = [5, 80] as const;

/** What names of one family share, and slips do not touch: what stands before the first `_`, and numbers (`v4`, `v6`). */
function family(name: string): string {
  return JSON.stringify([name.split('_', 1)[0], name.replaceAll(/\D+/g, ' ').trim()]);
}

/** The candidate of the same family that `word` is a slip of, one edit away; the first of several. */
export function slipOf(word: string, candidates: readonly string[]): string | undefined {
  if (word.length < SLIP_LENGTH[0] || word.length > SLIP_LENGTH[1]) return undefined;
  return candidates.find(
    (candidate) =>
      candidate !== word &&
      family(candidate) === family(word) &&
      Math.abs(candidate.length - word.length) <= MAX_SLIP &&
      editDistance(word, candidate) <= MAX_SLIP,
  );
}
