import { grouped } from './once-per.ts';

/** An object, or a case about one, as names are made for it. */
export interface NamedObject {
  readonly name: string;
  /** Absolute, or as a report has it; may be empty. */
  readonly path: string;
}

/** The last segment of a path. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Default name of an artifact's history family: the file name without `.bpf.o`, `.o` and one more extension. */
export function artifactName(path: string): string {
  const stem = fileName(path).replace(/\.bpf\.o$|\.o$/, '');
  const bare = stem.replace(/(.)\.[^.]*$/, '$1');
  return bare === '' ? 'artifact' : bare;
}

/** The last `depth` segments. */
function tail(segments: readonly string[], depth: number): string {
  return segments.slice(-depth).join('/');
}

/** Segments below the directory that all have in common: above it, paths differ from machine to machine. */
function belowCommon(paths: readonly (readonly string[])[]): (readonly string[])[] {
  const [first = []] = paths;
  let common = 0;
  while (paths.every((one) => common < one.length - 1 && one[common] === first[common])) common++;
  return paths.map((one) => one.slice(common));
}

/** How often each name occurs. */
export function countsOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Objects of one name, each by as much of its path as distinguishes it. @param names of all objects */
function distinguishTwins(
  name: string,
  paths: readonly (readonly string[])[],
  names: ReadonlyMap<string, number>,
): string[] {
  const below = belowCommon(paths);
  const wholes = countsOf(below.map((segments) => segments.join('/')));
  const tails = oncePerDepth((depth) => countsOf(below.map((segments) => tail(segments, depth))));
  const seen = new Map<string, number>();
  return below.map((segments, at) => {
    for (let depth = 1; depth <= segments.length; depth++) {
      const found = tail(segments, depth);
      // The whole path below what all have in common may be the end of another, and is distinct all the same.
      const whole = depth === segments.length && wholes.get(found) === 1;
      const taken = found !== name && names.has(found);
      if ((whole || tails(depth).get(found) === 1) && !taken) return found;
    }
    const path = (paths[at] ?? []).join('/');
    const number = (seen.get(path) ?? 0) + 1;
    seen.set(path, number);
    return wholes.get(segments.join('/')) === 1 ? name : `${name} (${number})`;
  });
}

function oncePerDepth<T>(make: (depth: number) => T): (depth: number) => T {
  const made = new Map<number, T>();
  return (depth) => {
    const known = made.get(depth) ?? make(depth);
    made.set(depth, known);
    return known;
  };
}

/**
 * Names that distinguish these objects, in the same order: the own name where no other has it, else the shortest end of
 * the path that no other has, and a number only for the same path twice. Every output that names objects takes names from here, so
 * that what one of them prints can be found in the others.
 */
export function distinctNames(objects: readonly NamedObject[]): string[] {
  const names = countsOf(objects.map(({ name }) => name));
  const shown = objects.map(({ name }) => name);
  for (const [name, twins] of grouped([...objects.keys()], (index) => objects[index]?.name ?? '')) {
    if (twins.length === 1) continue;
    const paths = twins.map((index) => (objects[index]?.path ?? '').split('/').filter((segment) => segment !== ''));
    for (const [at, found] of distinguishTwins(name, paths, names).entries()) shown[twins[at] as number] = found;
  }
  // Ends of paths may collide with each other across names; then only a number is left.
  const counts = countsOf(shown);
  return shown.map((name, index) => (counts.get(name) === 1 ? name : `${name} (${index + 1})`));
}

/** Objects of a run by their paths, called as the run calls them. */
export function objectsAt(
  named: readonly { readonly path: string; readonly name?: string | undefined }[],
): NamedObject[] {
  const objects = named.map(({ path, name }) => ({ name: name || artifactName(path), path }));
  return distinctNames(objects).map((name, index) => ({ name, path: objects[index]?.path ?? '' }));
}
