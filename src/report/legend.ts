import { FIXUP_LEGEND, FIXUP_MARK } from './fixups.ts';

/** What the marks of a matrix mean, where there is no room for words beside them. */
export const MARKS = {
  optional: 'non-blocking kernel, unless fail_on is any',
  failed: 'fails as declared in expectations',
  passed: 'passes, and expectations declare a failure: remove that',
  fixups: FIXUP_LEGEND,
} as const;

export type Mark = keyof typeof MARKS;

/** How each is written on a terminal; `name` stands for the kernel. */
const ON_TERMINAL: Readonly<Record<Mark, string>> = {
  optional: '(name)',
  failed: 'xfail',
  passed: 'XPASS',
  fixups: FIXUP_MARK,
};

/** A line for each mark that occurs, for a terminal. */
export function legendTexts(used: ReadonlySet<Mark>): string[] {
  const marks = Object.keys(MARKS) as Mark[];
  return marks.filter((mark) => used.has(mark)).map((mark) => `${ON_TERMINAL[mark]} ${MARKS[mark]}`);
}
