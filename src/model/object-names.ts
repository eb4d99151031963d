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

function isUnique(names: readonly string[], index: number): boolean {
  return names.filter((name) => name === names[index]).length === 1;
}

/**
 * Names that tell these objects apart, in the same order: the own name where no other has it, else the shortest end of
 * the path that no other has, and a number only for the same path twice. Every output that names objects asks here, so
 * that what one of them prints can be found in the others.
 */
export function distinctNames(objects: readonly NamedObject[]): string[] {
  const own = objects.map(({ name }) => name);
  const split = objects.map(({ path }) => path.split('/').filter((segment) => segment !== ''));
  const told = objects.map(({ name }, index) => {
    if (isUnique(own, index)) return name;
    const twins = [...own.keys()].filter((other) => own[other] === name);
    const below = belowCommon(twins.map((other) => split[other] ?? []));
    const at = twins.indexOf(index);
    const others = new Set(own.filter((other) => other !== name));
    for (let depth = 1; depth <= (below[at]?.length ?? 0); depth++) {
      const tails = below.map((segments) => tail(segments, depth));
      const found = tails[at] ?? '';
      // The whole path below what all have in common may be the end of another, and is told apart all the same.
      const whole = depth === below[at]?.length && below.filter((one) => one.join('/') === found).length === 1;
      if ((whole || isUnique(tails, at)) && !others.has(found)) return found;
    }
    const same = twins.filter((other) => split[other]?.join('/') === split[index]?.join('/'));
    return same.length === 1 ? name : `${name} (${same.indexOf(index) + 1})`;
  });
  // Ends of paths may collide with each other across names; then only a number is left.
  return told.map((name, index) => (isUnique(told, index) ? name : `${name} (${index + 1})`));
}

/** Objects of a run by their paths alone, called as the run calls them. */
export function objectsAt(paths: readonly string[]): NamedObject[] {
  const objects = paths.map((path) => ({ name: artifactName(path), path }));
  return distinctNames(objects).map((name, index) => ({ name, path: paths[index] ?? '' }));
}
