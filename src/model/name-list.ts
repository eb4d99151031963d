/**
 * Names as one text, with commas between them. A comma or a backslash within a name has a backslash before it: a symbol of an
 * object may be called `a, b`, and is then not the two programs `a` and `b`.
 */
export function nameList(names: readonly string[]): string {
  return names.map((name) => name.replace(/[\\,]/g, '\\$&')).join(', ');
}

/** The names of such a text; those that are empty are left out. */
export function namesIn(list: string): string[] {
  return list
    .split(/, (?<=(?:^|[^\\])(?:\\\\)*, )/)
    .map((name) => name.replace(/\\([\\,])/g, '$1'))
    .filter((name) => name !== '');
}
