import { LIMITS, rejectLarge } from './limits.ts';
import type { Entry } from './links.ts';

/** A name without what comes before the root, as archives write it. */
export function plainName(path: string): string {
  return path.replace(/^(?:\.{0,2}\/)+/, '');
}

/** Counts names, which cost time to follow and memory to keep: no file system has longer ones. @throws UsageError */
export function nameBounds(): (entry: Entry) => void {
  let total = 0;
  return ({ path, link }) => {
    total += path.length + link.length;
    const longest = Math.max(path.length, link.length);
    const depth = Math.max(path.split('/').length, link.split('/').length);
    if (longest > LIMITS.nameLength || depth > LIMITS.nameDepth)
      rejectLarge(`a name in it has more than ${LIMITS.nameLength} characters or ${LIMITS.nameDepth} directories`);
    if (total > LIMITS.namesLength) rejectLarge(`its names have more than ${LIMITS.namesLength >> 20} MiB`);
  };
}
