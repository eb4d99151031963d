import type { SourceLocation } from '../model/finding.ts';

/** A file of the repository that an object was compiled from. */
export interface SourceFile {
  /** Path from the top of the repository. */
  readonly path: string;
  readonly lines: readonly string[];
}

/** Files of the repository by the path that the compiler wrote into the object. */
export type Sources = ReadonlyMap<string, SourceFile>;

/** A line that only moved is looked for this far up and down. */
const SHIFT = 20;

/**
 * The file of a repository that a compiler's path means, without guessing: the path itself where it lies below `root`
 * or counts from there, else the one file that shares the most components at the end. Two files that fit as well give
 * none, nor does a bare name that several files have.
 * @param files paths from the top of the repository
 */
export function repositoryPath(file: string, root: string, files: readonly string[]): string | undefined {
  const own = file.startsWith(`${root}/`) ? file.slice(root.length + 1) : file;
  const parts = own.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0) return undefined;
  const plain = parts.join('/');
  if ((!own.startsWith('/') || own !== file) && files.includes(plain)) return plain;
  const named = files.filter((path) => path.slice(path.lastIndexOf('/') + 1) === parts.at(-1));
  const scored = named.map((path) => ({ path, shared: sharedEnd(parts, path.split('/')) }));
  const best = Math.max(...scored.map(({ shared }) => shared));
  const winners = scored.filter(({ shared }) => shared === best);
  const [winner] = winners;
  if (!winner || winners.length > 1 || (named.length > 1 && best < 2)) return undefined;
  return winner.path;
}

function sharedEnd(a: readonly string[], b: readonly string[]): number {
  let count = 0;
  while (count < a.length && count < b.length && a[a.length - 1 - count] === b[b.length - 1 - count]) count++;
  return count;
}

/** Adds where a location lies in the repository, and whether the file still says there what was compiled. */
export function inRepository(location: SourceLocation, sources: Sources): SourceLocation {
  const source = sources.get(location.file);
  if (!source) return location;
  const said = location.text.trim();
  const isThere = (line: number): boolean => said !== '' && source.lines[line - 1]?.trim() === said;
  if (isThere(location.line)) return at(location.line, 'exact');
  for (let distance = 1; distance <= SHIFT; distance++) {
    for (const line of [location.line - distance, location.line + distance])
      if (isThere(line)) return at(line, 'shifted');
  }
  return at(location.line, 'stale');

  function at(line: number, match: 'exact' | 'shifted' | 'stale'): SourceLocation {
    return { ...location, repository: { path: source?.path ?? '', line, match } };
  }
}
