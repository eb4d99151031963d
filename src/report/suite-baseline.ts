import { type Comparison, type ComparisonSummary, totalOf } from '../model/comparison.ts';
import { identityJson, summaryJson } from './compare-json.ts';
import type { CheckCase, CheckDocument } from './document.ts';
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
export function added({ cases }: CheckDocument): string[] {
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
