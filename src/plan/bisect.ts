/** What a build said: it accepts the object, rejects it, or has no result. */
export type BuildResult = 'accepts' | 'rejects' | 'unknown';

export interface Bounds {
  /** Position of the newest that is known to accept, and of the first that is known to reject. */
  readonly accepts: number;
  readonly rejects: number;
}

/** The positions between which it changes, as far as the results say; the ends accept and reject. */
export function boundsOf(length: number, results: ReadonlyMap<number, BuildResult>): Bounds {
  let bounds: Bounds = { accepts: 0, rejects: length - 1 };
  for (const [position, result] of results) {
    const between = position > bounds.accepts && position < bounds.rejects;
    if (result === 'accepts' && between) bounds = { ...bounds, accepts: position };
    if (result === 'rejects' && between) bounds = { ...bounds, rejects: position };
  }
  return bounds;
}

/**
 * The position to run next: the middle of what is left, or the one nearest to it that has not been run in vain.
 * @returns undefined when nothing is left to run
 */
export function nextPosition(length: number, results: ReadonlyMap<number, BuildResult>): number | undefined {
  const { accepts, rejects } = boundsOf(length, results);
  const middle = Math.floor((accepts + rejects) / 2);
  const left: number[] = [];
  for (let at = accepts + 1; at < rejects; at++) if (!results.has(at)) left.push(at);
  return left.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle) || a - b)[0];
}

/** Boots that so many builds between the ends need, when each gives a result. */
export function bootsFor(between: number): number {
  return Math.ceil(Math.log2(between + 1));
}
