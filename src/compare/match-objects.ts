import { UsageError } from '../model/errors.ts';
import { artifactName, distinctNames, fileName, type NamedObject } from '../model/object-names.ts';
import { lastingSegments, segmentsOf } from './path-segments.ts';

interface Pair {
  readonly newer: number;
  readonly older: number;
  /** Path segments that both end with. */
  readonly tail: number;
  /** What stands before them on both sides. */
  readonly roots: string;
  readonly identical: boolean;
  readonly sameName: boolean;
}

function commonTail(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a.at(-1 - length) === b.at(-1 - length)) length++;
  return length;
}

/** Somebody chose the name: it does not follow from the path. */
function isChosen({ name, path }: NamedObject): boolean {
  const derived = name === '' || [artifactName(path), fileName(path), path].includes(name);
  return !derived && !path.endsWith(`/${name}`);
}

/** Positions by what `key` makes of each element. */
function grouped<T, K>(all: readonly T[], key: (one: T, index: number) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const [index, one] of all.entries()) {
    const group = groups.get(key(one, index));
    if (group) group.push(one);
    else groups.set(key(one, index), [one]);
  }
  return groups;
}

/** Cases are found by the names that somebody gave them, where no other has the same. */
function byChosenName(older: readonly NamedObject[], newer: readonly NamedObject[]): Map<number, number> {
  const before = grouped([...older.keys()], (index) => older[index]?.name ?? '');
  const after = grouped([...newer.keys()], (index) => newer[index]?.name ?? '');
  const found = new Map<number, number>();
  for (const [name, [index, twin]] of after) {
    const [match, other] = before.get(name) ?? [];
    if (index === undefined || match === undefined || twin !== undefined || other !== undefined) continue;
    const [one, earlier] = [newer[index], older[match]];
    if (one && earlier && (isChosen(one) || isChosen(earlier))) found.set(index, match);
  }
  return found;
}

/** Those that are not taken yet and whose paths end alike. @param of the segments of a path */
function pairsOf(
  older: readonly NamedObject[],
  newer: readonly NamedObject[],
  taken: ReadonlyMap<number, number>,
  of: (path: string) => string[],
): Pair[] {
  const used = new Set(taken.values());
  const olderPaths = older.map(({ path }) => of(path));
  return newer.flatMap((one, index) => {
    if (taken.has(index)) return [];
    const segments = of(one.path);
    return older.flatMap((other, position): Pair[] => {
      const before = olderPaths[position] ?? [];
      const tail = commonTail(segments, before);
      if (used.has(position) || tail === 0) return [];
      return [
        {
          newer: index,
          older: position,
          tail,
          roots: JSON.stringify([segments.slice(0, -tail), before.slice(0, -tail)]),
          identical: tail === segments.length && tail === before.length,
          sameName: one.name === other.name,
        },
      ];
    });
  });
}

/** The roots that most objects agree on, when the whole tree lies elsewhere; undefined when no two agree. */
function agreedRoots(pairs: readonly Pair[]): string | undefined {
  const votes = new Map<string, Set<number>>();
  for (const { roots, newer } of pairs) votes.set(roots, (votes.get(roots) ?? new Set()).add(newer));
  const sorted = [...votes].sort(([, a], [, b]) => b.size - a.size);
  const [first, second] = sorted;
  return first && first[1].size > 1 && first[1].size > (second?.[1].size ?? 0) ? first[0] : undefined;
}

/** Equal names decide between equal paths. */
function preferred(pairs: readonly Pair[]): readonly Pair[] {
  const named = pairs.filter(({ sameName }) => sameName);
  return named.length === 0 ? pairs : named;
}

/** Pairs that are left when names have decided, of each object on either side. */
function decided(pairs: readonly Pair[]): Pair[] {
  const ofOlder = [...grouped(pairs, ({ older }) => older).values()].flatMap(preferred);
  return [...grouped(ofOlder, ({ newer }) => newer).values()].flatMap(preferred);
}

function ambiguous(pairs: readonly Pair[], older: readonly NamedObject[], newer: readonly NamedObject[], file: string) {
  const before = distinctNames(older);
  const after = distinctNames(newer);
  const [first, second] = pairs as readonly [Pair, Pair];
  const quote = (name: string | undefined): string => JSON.stringify(name ?? '');
  const what =
    first.newer === second.newer
      ? `${quote(after[first.newer])} may be ${quote(before[first.older])} or ${quote(before[second.older])} of ${file}`
      : `${quote(after[first.newer])} and ${quote(after[second.newer])} may both be ${quote(before[first.older])} of ${file}`;
  return new UsageError(
    'object_ambiguous',
    `${what}: their paths end alike; name the cases of a suite as they are named there, or take a report of the same directories`,
  );
}

/**
 * Adds the pairs that fit best to those that are found, each object once. Pairs that fit equally well match none.
 * @param onRivals hears of those
 */
function settle(all: readonly Pair[], found: Map<number, number>, onRivals: (pairs: readonly Pair[]) => void): void {
  const settled = { newer: new Set(found.keys()), older: new Set(found.values()) };
  const agreed = agreedRoots(all.filter(({ identical }) => !identical));
  const rank = ({ identical, roots, tail }: Pair): number => (identical ? 2e6 : roots === agreed ? 1e6 + tail : tail);
  const levels = [...grouped(all, rank)].sort(([a], [b]) => b - a);
  for (const [, pairs] of levels) {
    const left = decided(pairs.filter((pair) => !settled.newer.has(pair.newer) && !settled.older.has(pair.older)));
    const groups = [grouped(left, (pair) => pair.newer), grouped(left, (pair) => pair.older)];
    const rivals = groups.flatMap((group) => [...group.values()]).filter(({ length }) => length > 1);
    if (rivals[0]) onRivals(rivals[0]);
    const unclear = new Set(rivals.flat());
    for (const pair of left) {
      settled.newer.add(pair.newer);
      settled.older.add(pair.older);
      if (!unclear.has(pair)) found.set(pair.newer, pair.older);
    }
  }
}

/**
 * Which older object each newer one is: by a name that somebody gave it, by the same path, by the same path below the
 * root where the whole tree moved, then by the longest common end of their paths. What is left of other files is matched without
 * their versions: objects of an image by its name without the tag, those of an archive or a program by their place in it. Each older
 * object is taken once.
 * @param file the older run, for messages
 * @returns positions in `older`, in the order of `newer`; undefined for one that is not there
 * @throws UsageError `object_ambiguous` with both names
 */
export function matchObjects(
  older: readonly NamedObject[],
  newer: readonly NamedObject[],
  file: string,
): (number | undefined)[] {
  if (older.length === 1 && newer.length === 1) return [0];
  const found = byChosenName(older, newer);
  settle(pairsOf(older, newer, found, segmentsOf), found, (rivals) => {
    throw ambiguous(rivals, older, newer, file);
  });
  // Nobody can rename an object of a package so that it fits: what is unclear is an object that was not there.
  settle(pairsOf(older, newer, found, lastingSegments), found, () => {});
  return newer.map((_, index) => found.get(index));
}
