/**
 * Whether a pattern with `*` and `?` names the whole of `name`.
 *
 * Only the latest `*` is ever tried again, so the time is that of both lengths multiplied. A regular expression would
 * try all of them: a pattern may be untrusted, and one with many stars would never end.
 */
export function globMatches(pattern: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let taken = 0;
  for (let index = 0; index < name.length; ) {
    if (pattern[at] === '*') {
      star = at++;
      taken = index;
    } else if (pattern[at] === '?' || pattern[at] === name[index]) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++taken;
    } else return false;
  }
  return !/[^*]/.test(pattern.slice(at));
}
