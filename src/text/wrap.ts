import { cutMiddle, head, widthOf } from './width.ts';

/** Narrowest line that words are cut for. */
const MIN_WIDTH = 8;

/** A line and whether there is one already: an empty line is not the same as none. */
function joined(line: string, word: string): string {
  return line === '' ? word : `${line} ${word}`;
}

/** Breaks text at blanks into lines of at most `width` columns, but at least 8; longer words are cut. */
export function wrap(text: string, width: number): string[] {
  const limit = Math.max(MIN_WIDTH, width);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    if (widthOf(joined(line, word)) <= limit) {
      line = joined(line, word);
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (widthOf(line) > limit) {
      const first = head(line, limit);
      lines.push(first);
      line = line.slice(first.length);
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** Breaks text between words into lines of at most `width` columns; a longer word, to be copied, gets its own line. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(joined(line, word)) > width) {
      lines.push(line);
      line = word;
    } else {
      line = joined(line, word);
    }
  }
  return [...lines, line];
}

/** Items separated by commas in lines of at most `width`; an item is cut only when it is longer than a line. */
export function wrapList(items: readonly string[], width: number): string[] {
  const cut = items.map((item, index) => cutMiddle(index < items.length - 1 ? `${item},` : item, width));
  const lines: string[] = [];
  let line = '';
  for (const item of cut) {
    if (line !== '' && widthOf(joined(line, item)) > width) {
      lines.push(line);
      line = item;
    } else {
      line = joined(line, item);
    }
  }
  return line === '' ? lines : [...lines, line];
}
