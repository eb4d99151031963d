const GAP = '  ';
/** Narrowest width that a column is cut to. */
const MIN_COLUMN = 12;

export interface TableOptions {
  /** Columns of the terminal. */
  readonly width: number;
  /** Positions of the columns that are aligned to the right. */
  readonly numbers?: readonly number[];
}

/**
 * A plain table, first row is the head. When it is wider than the terminal, its widest columns are cut in the middle:
 * both ends of a name tell it apart. Cells must be clean.
 */
export function table(rows: readonly (readonly string[])[], { width, numbers = [] }: TableOptions): string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  let over = widths.reduce((sum, each) => sum + each + GAP.length, -GAP.length) - width;
  while (over > 0) {
    const widest = widths.indexOf(Math.max(...widths));
    const now = widths[widest] ?? 0;
    if (now <= MIN_COLUMN) break;
    const next = Math.max(MIN_COLUMN, now - Math.max(1, Math.ceil(over / 2)));
    over -= now - next;
    widths[widest] = next;
  }
  return rows.map((row) =>
    row
      .map((cell, i) => {
        const text = shorten(cell, widths[i] ?? 0);
        return numbers.includes(i) ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0);
      })
      .join(GAP)
      .trimEnd(),
  );
}

function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  const tail = Math.floor((max - 1) / 2);
  return `${text.slice(0, max - 1 - tail)}…${text.slice(text.length - tail)}`;
}

/** Items separated by commas in lines of at most `width`; an item is broken only when it is longer than a line. */
export function wrapList(items: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const [index, item] of items.entries()) {
    const text = shorten(index < items.length - 1 ? `${item},` : item, width);
    if (line !== '' && line.length + 1 + text.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? text : `${line} ${text}`;
  }
  return line === '' ? lines : [...lines, line];
}
