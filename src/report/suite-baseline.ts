import { type Comparison, type ComparisonSummary, totalOf } from '../model/comparison.ts';
import type { SuiteCaseReport, SuiteReport } from '../model/suite.ts';
import { identityJson, summaryJson } from './compare-json.ts';
import { identityLine, newsLines } from './compare-markdown.ts';
import { isNews, newsText } from './compare-parts.ts';
import { md } from './escape.ts';
import { list } from './json-values.ts';

/** What is new in a case; undefined where nothing older is known about it. */
export function comparisonOf({ answer }: SuiteCaseReport): Comparison | undefined {
  return answer?.run.baseline?.[answer.artifact];
}

/** Was the suite, or a case of it, held against an older run? */
function hasBaseline({ baseline, cases }: SuiteReport): boolean {
  return baseline !== undefined || cases.some(({ answer }) => answer?.run.baseline !== undefined);
}

function newsOf({ cases }: SuiteReport): ComparisonSummary {
  return totalOf(cases.flatMap((one) => comparisonOf(one)?.summary ?? []));
}

/** Names of the cases that answered and that the older run does not have. */
function added({ cases }: SuiteReport): string[] {
  return cases.filter((one) => one.answer?.run.baseline && !comparisonOf(one)).map(({ name }) => name);
}

/** All cases together; each case has its own kernels besides. */
export function suiteBaselineJson(suite: SuiteReport) {
  if (!hasBaseline(suite)) return undefined;
  return {
    ...(suite.baseline && identityJson(suite.baseline)),
    summary: summaryJson(newsOf(suite)),
    added_cases: list(added(suite)),
    removed_cases: list(suite.baseline?.gone ?? []),
  };
}

function listed(label: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`- ${label}: ${names.map((name) => md(name)).join(', ')}`];
}

/** What is new in a suite, case by case; nothing without an older run. Cases as before share one line. */
export function suiteBaselineLines(suite: SuiteReport): string[] {
  if (!hasBaseline(suite)) return [];
  const held = suite.cases.flatMap((one) => {
    const comparison = comparisonOf(one);
    return comparison ? [{ name: one.name, comparison }] : [];
  });
  const different = held.filter(({ comparison }) => comparison.profiles.some(isNews));
  const same = held.filter((one) => !different.includes(one));
  return [
    '## Against the baseline',
    '',
    ...(suite.baseline ? [identityLine('Baseline', suite.baseline)] : []),
    `- ${newsText(newsOf(suite))}`,
    ...listed(
      'As before',
      same.map(({ name }) => name),
    ),
    ...listed('Not in the baseline', added(suite)),
    ...listed('Only in the baseline', suite.baseline?.gone ?? []),
    '',
    ...different.flatMap(({ name, comparison }) => [
      `### ${md(name)}: ${newsText(comparison.summary)}`,
      '',
      ...newsLines(comparison, 4),
    ]),
  ];
}
