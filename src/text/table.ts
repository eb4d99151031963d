import { cutMiddle, padEnd, padStart, widthOf } from './width.ts';

const GAP = '  ';
/** Narrowest width that a column is cut to. */
const MIN_COLUMN = 12;

export interface TableOptions {
  /** Columns of the terminal; the widest columns are cut in the middle where it is too narrow. Default: as needed. */
  readonly width?: number;
  /** Positions of the columns that are aligned to the right. */
  readonly numbers?: readonly number[];
}

function columnWidths(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, widthOf(cell));
  return widths;
}

function narrow(widths: readonly number[], width: number): number[] {
  const narrowed = [...widths];
  let over = narrowed.reduce((sum, each) => sum + each + GAP.length, -GAP.length) - width;
  while (over > 0) {
    const widest = narrowed.indexOf(Math.max(...narrowed));
    const now = narrowed[widest] ?? 0;
    if (now <= MIN_COLUMN) break;
    const next = Math.max(MIN_COLUMN, now - Math.max(1, Math.ceil(over / 2)));
    over -= now - next;
    narrowed[widest] = next;
  }
  return narrowed;
}

/** Lines of a plain table, two blanks between columns and none at line ends. Cells must be clean. */
export function table(rows: readonly (readonly string[])[], options: TableOptions = {}): string[] {
  const { width = Number.POSITIVE_INFINITY, numbers = [] } = options;
  const widths = narrow(columnWidths(rows), width);
  return rows.map((row) =>
    row
      .map((cell, i) => {
        const columns = widths[i] ?? 0;
        const text = cutMiddle(cell, columns);
        return numbers.includes(i) ? padStart(text, columns) : padEnd(text, columns);
      })
      .join(GAP)
      .trimEnd(),
  );
}
