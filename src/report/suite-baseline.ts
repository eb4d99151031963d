import { type Comparison, type ComparisonSummary, type ProfileDiff, totalOf } from '../model/comparison.ts';
import type { CheckCase, CheckDocument } from '../model/document.ts';
import { identityJson, summaryJson } from './compare-json.ts';
import { identityLine, newsLines } from './compare-markdown.ts';
import { isNews, isOldNews, newsText } from './compare-words.ts';
import { md } from './escape.ts';
import { list } from './json-values.ts';

/** What is new in a case; undefined where nothing older is known about it. */
export function comparisonOf({ completed }: CheckCase): Comparison | undefined {
  return completed?.run.baseline?.[completed.artifact];
}

/** Was the suite, or a case of it, held against an older run? */
export function hasBaseline({ baseline, cases }: CheckDocument): boolean {
  return baseline !== undefined || cases.some(({ completed }) => completed?.run.baseline !== undefined);
}

/** The counts of all cases together. */
export function suiteNews({ cases }: CheckDocument): ComparisonSummary {
  return totalOf(cases.flatMap((one) => comparisonOf(one)?.summary ?? []));
}

/** Names of the cases that gave a result and that the older run does not have. */
function added({ cases }: CheckDocument): string[] {
  return cases.filter((one) => one.completed?.run.baseline && !comparisonOf(one)).map(({ name }) => name);
}

/** All cases together; each case has its own kernels besides. */
export function suiteBaselineJson(suite: CheckDocument) {
  if (!hasBaseline(suite)) return undefined;
  return {
    ...(suite.baseline && identityJson(suite.baseline)),
    summary: summaryJson(suiteNews(suite)),
    added_cases: list(added(suite)),
    removed_cases: list(suite.baseline?.gone ?? []),
  };
}

/** Something that was not there before, or is no longer. */
function isFresh(diff: ProfileDiff): boolean {
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

/** What is new in a suite, case by case; nothing without an older run. Cases without news share a line. */
export function suiteBaselineLines(suite: CheckDocument): string[] {
  if (!hasBaseline(suite)) return [];
  return [
    '## Against the baseline',
    '',
    ...(suite.baseline ? [identityLine('Baseline', suite.baseline)] : []),
    `- ${newsText(suiteNews(suite))}`,
    ...quietTexts(suite).map((text) => `- ${md(text, 4000)}`),
    '',
    ...sortedNews(suite).fresh.flatMap(({ one, comparison }) => [
      `### ${md(one.name)}: ${newsText(comparison.summary)}`,
      '',
      ...newsLines(comparison, 4, isFresh),
    ]),
  ];
}
