import { identityLine, newsLines } from './compare-markdown.ts';
import { newsText } from './compare-words.ts';
import type { CheckDocument } from './document.ts';
import { md } from './escape.ts';
import { hasBaseline, suiteNews } from './suite-baseline.ts';
import { isFresh, quietTexts, sortedNews } from './suite-news.ts';

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
