import { wrap } from '../../text/wrap.ts';
import type { CheckDocument } from '../document.ts';
import { terminal } from '../escape.ts';
import { caseViews } from '../suite-json.ts';
import { supportRange } from '../support-range.ts';

/** Lines below a heading; nothing without lines. */
function headed(heading: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${[heading, ...lines].join('\n')}\n`;
}

/** The kernels that each case supports, as far as they were tested. */
export function suiteSupportText({ cases }: CheckDocument, options: { readonly width: number }): string {
  const width = Math.max(40, options.width);
  const lines = cases.flatMap((one) => {
    if (!one.completed) return [];
    const { text } = supportRange(caseViews(one), one.completed.run.known);
    return indented(`${one.name}: ${text}`, width);
  });
  return headed('Support', lines);
}

const BECAME = {
  failed: 'fails as declared',
  other_cause: 'fails with another cause than declared',
  passed: 'passes, and was declared to fail: remove it',
  no_answer: 'is inconclusive, and was declared to fail',
} as const;

/** What became of declared failures, a line for each case and end. */
export function suiteDeclaredText({ cases }: CheckDocument, options: { readonly width: number }): string {
  const width = Math.max(40, options.width);
  const lines = cases.flatMap(({ name, completed }) => {
    const own = (completed?.verdict.expected ?? []).filter(({ artifact }) => artifact === completed?.artifact);
    return [...new Set(own.map(({ met }) => met))].flatMap((end) => {
      const ids = own.filter(({ met }) => met === end).map(({ target }) => completed?.run.targets[target]?.profile.id);
      return indented(`${name}: ${BECAME[end]} on ${ids.join(', ')}`, width);
    });
  });
  return headed('Declared failures', lines);
}

function indented(text: string, width: number): string[] {
  return wrap(terminal(text, 2000), width - 4).map((line, index) => `${index === 0 ? '  ' : '    '}${line}`);
}
