import type { FileStat } from '../../host/host.ts';

/**
 * What the file system says about a file that no one has touched: its identity and when it last changed. The change
 * time cannot be set by a program, so whoever writes to the file, also through a mapping, breaks the stamp.
 */
export function stampOf(stat: FileStat): string {
  // Not its device: some file systems get another number with every start of the machine.
  return [stat.ino, stat.size, stat.mtimeMs, stat.ctimeMs].join(':');
}

/** Is this the very file of a stamp, whatever happened to it since? */
export function isSameFile({ ino }: FileStat, stamp: string): boolean {
  return stamp.startsWith(`${ino}:`);
}
