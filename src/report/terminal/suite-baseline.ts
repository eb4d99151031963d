import { wrap } from '../../text/wrap.ts';
import { baselineText } from '../compare-text.ts';
import { newsText } from '../compare-words.ts';
import type { CheckDocument } from '../document.ts';
import { terminal } from '../escape.ts';
import { hasBaseline, suiteNews } from '../suite-baseline.ts';
import { quietTexts, sortedNews } from '../suite-news.ts';

/** What is new against the older run, for a terminal: cases with news one by one; empty without such a run. */
export function suiteBaselineText(
  suite: CheckDocument,
  options: { readonly width: number; readonly color: boolean },
): string {
  if (!hasBaseline(suite)) return '';
  const width = Math.max(40, options.width);
  const against = suite.baseline ? `Against ${suite.baseline.path}` : 'Against the baseline';
  const head = [`${against}: ${newsText(suiteNews(suite))}`, ...quietTexts(suite)];
  const cases = sortedNews(suite).fresh.map(({ one, comparison }) => {
    const subject = one.completed?.run.artifacts[one.completed.artifact];
    const artifacts = subject ? [{ ...subject, basename: one.name }] : [];
    return baselineText({ artifacts, baseline: [comparison] }, options);
  });
  const lines = head.flatMap((text) => wrap(terminal(text, 4000), width));
  return `${lines.join('\n')}\n${cases.join('')}`;
}
