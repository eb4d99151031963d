/** A path or an address without slashes at its end. Not a pattern: one of thousands of slashes would take seconds. */
export function withoutEndSlashes(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === '/') end--;
  return text.slice(0, end);
}
