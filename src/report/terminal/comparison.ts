import type { Comparison, ProfileDiff } from '../../model/comparison.ts';
import { flag } from '../../model/wording.ts';
import { table } from '../../text/table.ts';
import { wrap } from '../../text/wrap.ts';
import { byImportance, detailTexts, grownRows, isNews, isOldNews, newsText } from '../compare-words.ts';
import { terminal } from '../escape.ts';
import { style } from '../style.ts';

/** Two finished runs, object by object. */
export interface ComparedRuns {
  readonly comparisons: readonly { readonly name: string; readonly comparison: Comparison }[];
  /** Objects that only the head has. */
  readonly added: readonly string[];
  /** What only the base has, in words. */
  readonly noLongerTested: readonly string[];
}

/** Rows and grown programs of one object; the document has all of them. */
const MAX_ROWS = 40;
const WORDS: Readonly<Record<string, string>> = { new: 'new failure', known: 'known failure', fixed: 'fixed' };

function row(diff: ProfileDiff): string[] {
  const change = WORDS[diff.failure ?? ''] ?? (diff.inconclusive ? 'inconclusive' : diff.change.replaceAll('_', ' '));
  const cells = [diff.profile, diff.base?.status ?? '-', diff.head?.status ?? '-', change];
  return cells.map((cell) => terminal(cell, 200));
}

function more(count: number, what: string): string[] {
  return count > 0 ? [`  and ${count} more ${what}; ${flag('out')} FILE has all`] : [];
}

function objectLines(name: string, comparison: Comparison, width: number, color: boolean): string[] {
  const paint = style(color);
  const { newFailures } = comparison.summary;
  const head = wrap(terminal(`${name}: ${newsText(comparison.summary)}`, 1000), width);
  const news = byImportance(comparison).filter((diff) => isNews(diff) && !isOldNews(diff));
  const shown = news.slice(0, MAX_ROWS);
  const rows = [['KERNEL', 'BASE', 'HEAD', 'CHANGE'], ...shown.map(row)];
  const details = shown.flatMap((diff) =>
    detailTexts(diff).flatMap((text) =>
      wrap(terminal(`${diff.profile}: ${text}`, 600), width - 4).map(
        (line, at) => `${at === 0 ? '  ' : '    '}${line}`,
      ),
    ),
  );
  const grown = grownRows(news).map((cells) => cells.map((cell) => terminal(cell, 200)));
  return [
    ...head.map(newFailures > 0 ? paint.bad : paint.bold),
    ...(shown.length === 0 ? [] : table(rows, { width: width - 2 }).map((line) => `  ${line}`)),
    ...more(news.length - shown.length, 'kernels'),
    ...details,
    ...table(grown.slice(0, MAX_ROWS), { width: width - 2, numbers: [2, 3, 4] }).map((line) => `  ${line}`),
    ...more(grown.length - MAX_ROWS, 'programs that cost more'),
    '',
  ];
}

/** What is different between two runs, for a person at a terminal; kernels and objects that are as before have no row. */
export function comparisonText(
  { comparisons, added, noLongerTested }: ComparedRuns,
  options: { readonly width: number; readonly color: boolean },
): string {
  const width = Math.max(40, options.width);
  const lists = [
    ['only in the head', added],
    ['tested before and not any more', noLongerTested],
  ] as const;
  const beside = lists
    .filter(([, names]) => names.length > 0)
    .flatMap(([what, names]) => wrap(terminal(`${what}: ${names.join(', ')}`, 2000), width));
  const objects = comparisons.flatMap(({ name, comparison }) => objectLines(name, comparison, width, options.color));
  return `${[...objects, ...beside, ...(beside.length > 0 ? [''] : [])].join('\n')}\n`;
}
