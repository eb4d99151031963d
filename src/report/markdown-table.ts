import { markdownTable } from 'markdown-table';

/** Lines of a table with its head; cells must be escaped already. Columns are not padded: names are long. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const filled = [head, ...rows].map((cells) => cells.map((cell) => (cell === '' ? '-' : cell)));
  return markdownTable(filled, { alignDelimiters: false }).split('\n');
}
