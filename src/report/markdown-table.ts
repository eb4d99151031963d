/** `| a | b |`; cells must be escaped already. */
export function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => (cell === '' ? '-' : cell)).join(' | ')} |`;
}

/** A table with its head and separator lines. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)];
}
