import type { Comparison, ProfileDiff } from '../model/comparison.ts';
import { isNews, isOldNews } from './compare-words.ts';
import type { CheckCase, CheckDocument } from './document.ts';
import { added, comparisonOf } from './suite-baseline.ts';

/** Something that was not there before, or is no longer. */
export function isFresh(diff: ProfileDiff): boolean {
  return isNews(diff) && !isOldNews(diff);
}

export interface ComparedCase {
  readonly one: CheckCase;
  readonly comparison: Comparison;
}

/** The cases that an older run has: with news, with known failures and nothing else, and as before. */
export function sortedNews({
  cases,
}: CheckDocument): Readonly<Record<'fresh' | 'known' | 'same', readonly ComparedCase[]>> {
  const compared = cases.flatMap((one): ComparedCase[] => {
    const comparison = comparisonOf(one);
    return comparison ? [{ one, comparison }] : [];
  });
  const fresh = compared.filter(({ comparison }) => comparison.profiles.some(isFresh));
  const known = compared.filter((case_) => !fresh.includes(case_) && case_.comparison.profiles.some(isOldNews));
  return { fresh, known, same: compared.filter((case_) => !fresh.includes(case_) && !known.includes(case_)) };
}

/** Lines about cases without news, not escaped yet: label and names. */
export function quietTexts(suite: CheckDocument): string[] {
  const { known, same } = sortedNews(suite);
  const texts: readonly (readonly [label: string, names: readonly string[]])[] = [
    ['Known failures only', known.map(({ one, comparison }) => `${one.name} (${comparison.summary.knownFailures})`)],
    ['As before', same.map(({ one }) => one.name)],
    ['Not in the baseline', added(suite)],
    ['Only in the baseline', suite.baseline?.gone ?? []],
  ];
  return texts.filter(([, names]) => names.length > 0).map(([label, names]) => `${label}: ${names.join(', ')}`);
}
