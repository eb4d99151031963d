/**
 * Names of objects that lie in other files: `agent[SYMBOL]` and `agent@0xOFFSET` in a program, `tools.deb[FILE]` in an
 * archive, `tools.deb[FILE:SYMBOL]` for a program in one. No name has a slash, so that it can end a path.
 */

/** What distinguishes an object from others of the same file. */
export interface InsidePlace {
  /** Path in the archive; absent where the file itself has the object. */
  readonly member?: string | undefined;
  /** Variable, skeleton or embedded file; absent where the program does not say. */
  readonly symbol?: string | undefined;
  /** Byte of the program; absent where the object is a file of its own. */
  readonly at?: number | undefined;
}

/** The last segment, or the whole path where another member ends like it. */
function memberName(member: string, all: ReadonlySet<string>): string {
  const last = member.slice(member.lastIndexOf('/') + 1);
  const twins = [...all].filter((one) => one.slice(one.lastIndexOf('/') + 1) === last);
  return twins.length > 1 ? member.replaceAll('/', ':') : last;
}

/** A name of somebody untrusted, without what would end it or lead to another directory, and without what cannot be seen. */
function safe(name: string): string {
  return name.replace(/[[\]/\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '_');
}

/** What follows the name of the file, for each object of it; each is another one. */
export function insideSuffixes(places: readonly InsidePlace[]): string[] {
  const members = new Set(places.flatMap(({ member }) => member ?? []));
  const seen = new Map<string, number>();
  return places.map(({ member, symbol: named, at }) => {
    const offset = at === undefined ? '' : `@0x${at.toString(16)}`;
    const file = member === undefined ? undefined : safe(memberName(member, members));
    const symbol = named === undefined ? undefined : safe(named);
    const plain =
      file === undefined
        ? symbol === undefined
          ? offset
          : `[${symbol}]`
        : `[${file}${symbol === undefined ? offset : `:${symbol}`}]`;
    const count = (seen.get(plain) ?? 0) + 1;
    seen.set(plain, count);
    return count === 1 ? plain : `${plain}(${count})`;
  });
}

/** Where a word may be divided into a file and what is meant of it, nearest to its beginning first. */
export function insideWords(word: string): { readonly file: string; readonly suffix: string }[] {
  if (!/\](?:\(\d+\))?$|@0x[\da-f]+$/.test(word)) return [];
  return [...word.matchAll(/\[|@0x/g)]
    .filter(({ index }) => index > 0)
    .map(({ index }) => ({ file: word.slice(0, index), suffix: word.slice(index) }));
}
