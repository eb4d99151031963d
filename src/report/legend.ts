import { FIXUP_LEGEND, FIXUP_MARK } from './fixups.ts';

/** Of a cell that has no result of its own: no word that is one of a verdict. */
export const INFERRED_MARK = 'infer';

/** What the marks of a matrix mean, where there is no room for words beside them. */
export const MARKS = {
  optional: 'non-blocking kernel, unless fail_on is any',
  failed: 'fails as declared in expectations',
  passed: 'passes, and expectations declare a failure: remove that',
  inferred: 'not tested: inferred from a kernel that has the same of everything that matters to the object',
  fixups: FIXUP_LEGEND,
} as const;

export type Mark = keyof typeof MARKS;

/** How each is written on a terminal; `name` stands for the kernel. */
const ON_TERMINAL: Readonly<Record<Mark, string>> = {
  optional: '(name)',
  failed: 'xfail',
  passed: 'XPASS',
  inferred: INFERRED_MARK,
  fixups: FIXUP_MARK,
};

/** A line for each mark that occurs, for a terminal. */
export function legendTexts(used: ReadonlySet<Mark>): string[] {
  const marks = Object.keys(MARKS) as Mark[];
  return marks.filter((mark) => used.has(mark)).map((mark) => `${ON_TERMINAL[mark]} ${MARKS[mark]}`);
}
