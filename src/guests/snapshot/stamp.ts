import type { FileStat } from '../../host/host.ts';

/**
 * What the file system says about a file that nobody has touched: its identity and when it last changed. The change
 * time cannot be set by a program, so whoever writes to the file, also through a mapping, breaks the stamp.
 */
export function stampOf(stat: FileStat): string {
  return [stat.dev, stat.ino, stat.size, stat.mtimeMs, stat.ctimeMs].join(':');
}

/** Is this the very file of a stamp, whatever happened to it since? */
export function isSameFile({ dev, ino }: FileStat, stamp: string): boolean {
  return stamp.startsWith(`${dev}:${ino}:`);
}
