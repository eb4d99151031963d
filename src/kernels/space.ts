import type { Host } from '../host/host.ts';
import { CancelledError, HostError, UsageError, wordingOf } from '../model/errors.ts';
import { phrase } from '../model/wording.ts';

/** Room that stays free beside what a fetch needs: other writers share the disk. */
const MARGIN_BYTES = 32 * 1024 * 1024;
/** The same where an untrusted file says how much is written: a small one can stand for any number of bytes. */
const FLOOR_BYTES = 512 * 1024 * 1024;

const REMEDY = 'free some space (bpfcompat kernels prune) or set BPFCOMPAT_CACHE_DIR to a larger disk';

/** `53.1 MB`: sizes in messages. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/**
 * Stops before anything is written when the disk is too full.
 * @throws HostError `no_space` with what is needed, what is free and where.
 */
export async function requireSpace(host: Host, path: string, bytes: number, what: string): Promise<void> {
  const needed = bytes + MARGIN_BYTES;
  const free = await host.files.freeBytes(path);
  if (free >= needed) return;
  throw new HostError(
    'no_space',
    `${what} needs ${megabytes(needed)} in ${path}, ${megabytes(free)} are free; ${REMEDY}`,
  );
}

/**
 * Bytes that may be written to `path`: `most`, or what there is without filling the disk.
 * @param what doing, for the message
 * @throws HostError `no_space` where there is no room at all
 */
export async function roomIn(host: Host, path: string, most: number, what: string): Promise<number> {
  const room = Math.min(most, (await host.files.freeBytes(path)) - FLOOR_BYTES);
  if (room > 0) return room;
  throw outgrown(path, what);
}

/** What there was room for is not enough. */
export function outgrown(path: string, what: string): HostError {
  return new HostError('no_space', `${what} would fill the disk of ${path}; ${REMEDY}`);
}

/** An error of the file system while the store was written, as a HostError with a remedy; any other error as it is. */
export function asStoreError(error: unknown, root: string): unknown {
  if (error instanceof HostError) {
    if (error.code !== 'no_space' || error.message.includes(REMEDY)) return error;
    return new HostError('no_space', phrase`no space left in ${root} (${wordingOf(error)}); ${REMEDY}`, {
      cause: error,
    });
  }
  const { code } = error as NodeJS.ErrnoException;
  if (!(error instanceof Error) || error instanceof UsageError || error instanceof CancelledError) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new HostError('no_space', phrase`no space left in ${root} (${wordingOf(error)}); ${REMEDY}`, {
      cause: error,
    });
  }
  if (code === undefined || !/^E[A-Z]+$/.test(code)) return error;
  return new HostError(
    'store_failed',
    phrase`the kernel store in ${root} cannot be used (${wordingOf(error)}); make it writable or set BPFCOMPAT_CACHE_DIR`,
    { cause: error },
  );
}
