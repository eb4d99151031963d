import stringWidth from 'string-width';

const ASCII = /^[\x20-\x7e]*$/;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Columns that a text takes on a terminal: 2 for a CJK character or an emoji, 0 for a combining mark. */
export function widthOf(text: string): number {
  return ASCII.test(text) ? text.length : stringWidth(text);
}

/** Blanks after the text until it takes `columns`. */
export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}

/** Blanks before the text until it takes `columns`. */
export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - widthOf(text))) + text;
}

/** The longest beginning that takes at most `columns`; no character is torn apart. */
export function head(text: string, columns: number): string {
  if (ASCII.test(text)) return text.slice(0, Math.max(0, columns));
  let taken = '';
  let left = columns;
  for (const { segment } of graphemes.segment(text)) {
    left -= widthOf(segment);
    if (left < 0) break;
    taken += segment;
  }
  return taken;
}

function tail(text: string, columns: number): string {
  if (ASCII.test(text)) return text.slice(text.length - columns);
  let taken = '';
  let left = columns;
  for (const { segment } of [...graphemes.segment(text)].reverse()) {
    left -= widthOf(segment);
    if (left < 0) break;
    taken = segment + taken;
  }
  return taken;
}

/** Cuts the end of a text that takes more than `columns`. */
export function cutEnd(text: string, columns: number): string {
  return widthOf(text) <= columns ? text : `${head(text, Math.max(0, columns - 1))}…`;
}

/** Cuts the middle of a text that takes more than `columns`: both ends of a name distinguish it. */
export function cutMiddle(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  const end = Math.max(0, Math.floor((columns - 1) / 2));
  return `${head(text, columns - 1 - end)}…${tail(text, end)}`;
}
