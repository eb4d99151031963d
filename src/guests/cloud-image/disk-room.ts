import type { Host } from '../../host/host.ts';
import { GuestError } from '../guest.ts';

/** What one guest writes at most: more than a system with a kernel to install, far less than its disk says it has. */
const MOST_BYTES = 16 * 1024 ** 3;
/** What is written to boot a system. */
const LEAST_BYTES = 256 * 1024 ** 2;
/** Of the disk that nobody writes to. */
const FLOOR_BYTES = 512 * 1024 ** 2;
/** Copies of a saved guest that may write at the same time; one that is saved, or installs a kernel, is alone. */
const SHARES = 4;

/**
 * Bytes that the disk of a guest may take in `dir`. Root of a guest writes to it what it likes, and its disk has as many
 * bytes as its image says: without a bound, an object or a test would fill the disk of this machine.
 * @param alone it is the only guest that writes at this time
 * @throws GuestError `no_space` where there is not enough to begin with
 */
export async function diskRoom({ files }: Pick<Host, 'files'>, dir: string, alone: boolean): Promise<number> {
  const shares = alone ? 1 : SHARES;
  const room = Math.floor(((await files.freeBytes(dir)) - FLOOR_BYTES) / shares);
  if (room >= LEAST_BYTES) return Math.min(MOST_BYTES, room);
  const needed = (shares * LEAST_BYTES + FLOOR_BYTES) / 1024 ** 2;
  throw new GuestError(
    'no_space',
    `the disk of a guest goes to ${dir}, where less than ${needed} MiB are free; free some`,
  );
}
