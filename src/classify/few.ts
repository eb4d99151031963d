/** Names in a list of a finding: more of them say no more. */
export const MAX_NAMES = 20;

/** Names as one text, the first of many with how many are left. */
export function few(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  return [...names.slice(0, MAX_NAMES), ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}
