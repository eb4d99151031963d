import { editDistance } from '../model/edit-distance.ts';

/** Words longer than this are not compared: no one mistypes them, and the comparison is quadratic. */
const MAX_WORD = 80;

/**
 * The candidates that `word` may be a slip of, best first: few edits away, or beginning with it. Case does not count.
 */
export function similarNames(word: string, candidates: readonly string[], limit = 3): string[] {
  const requested = word.toLowerCase();
  if (requested === '' || requested.length > MAX_WORD) return [];
  const reach = Math.max(1, Math.floor(requested.length / 3));
  return [...new Set(candidates)]
    .map((candidate) => ({ candidate, distance: distanceTo(requested, candidate.toLowerCase(), reach) }))
    .filter(({ distance }) => distance <= reach)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

/** Ids of profiles that `id` may stand for: those of its kernel family, which tables call a kernel by, else near ones. */
export function similarProfiles(id: string, ids: readonly string[]): string[] {
  const family = ids.filter((one) => id !== '' && one.endsWith(`-${id}`));
  return family.length > 0 ? family : similarNames(id, ids);
}

/** `; did you mean "a" or "b"?`, or an empty text when nothing is near. */
export function didYouMean(word: string, candidates: readonly string[], limit = 1): string {
  const similar = similarNames(word, candidates, limit).map((candidate) => JSON.stringify(candidate));
  return similar.length === 0 ? '' : `; did you mean ${enumerate(similar, 'or')}?`;
}

/** `a`, `a or b`, `a, b or c`. */
export function enumerate(words: readonly string[], joiner: 'or' | 'and'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${joiner} ${words.at(-1)}`;
}

function distanceTo(word: string, candidate: string, reach: number): number {
  if (word.length >= 3 && candidate.startsWith(word)) return 0.5;
  if (Math.abs(word.length - candidate.length) > reach) return Number.POSITIVE_INFINITY;
  return editDistance(word, candidate);
}
