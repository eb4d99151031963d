import { setTimeout as sleep } from 'node:timers/promises';
import type { FileStat, Host } from '../host/host.ts';

/** How often files are looked at, and how long one must stay the same before it is read: compilers write in pieces. */
export const LOOK_MS = 100;
export const SETTLED_MS = 150;
/** A build that makes a file again takes the old one away first. */
export const GONE_MS = 1000;

/** What files looked like at one moment, by their path; a file that is not there, or empty, has an empty mark. */
export type Marks = ReadonlyMap<string, string>;

function mark(stat: FileStat | undefined): string {
  return stat === undefined || stat.size === 0 ? '' : `${stat.ino}:${stat.size}:${stat.mtimeMs}`;
}

export async function marksOf(host: Host, paths: readonly string[]): Promise<[string, string][]> {
  return Promise.all(paths.map(async (path) => [path, mark(await host.files.stat(path).catch(() => undefined))]));
}

export function sameMarks(one: Marks, other: Marks): boolean {
  return one.size === other.size && [...one].every(([path, now]) => other.get(path) === now);
}

/** What files look like once they are other than before and nothing has changed for a moment. */
export async function nextMarks(looking: () => Promise<Marks>, before: Marks, signal: AbortSignal): Promise<Marks> {
  for (;;) {
    const now = await looking();
    if (!sameMarks(before, now)) {
      const gone = [...before].some(([path, seen]) => seen !== '' && !now.get(path));
      await sleep(gone ? GONE_MS : SETTLED_MS, undefined, { signal });
      if (sameMarks(now, await looking()) && !sameMarks(before, now)) return now;
    }
    await sleep(LOOK_MS, undefined, { signal });
  }
}
