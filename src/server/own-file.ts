import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';

/** What no one takes anything of for so long is cut off. */
const STUCK_MS = 60_000;

/** Opens a file that was one when it was listed; undefined for a link or anything else that took its place. */
export async function openFile(path: string): Promise<FileHandle | undefined> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(path, flags).catch(() => undefined);
  if (handle && (await handle.stat()).isFile()) return handle;
  await handle?.close();
  return undefined;
}

/**
 * Ends a stream that is not read any more, although its reader is still there.
 * @param passed how much of it was taken so far
 */
export function endWhenStuck(stream: Readable, passed: () => number, ms = STUCK_MS): void {
  // Whoever reads it hears of its end as well; without a reader it would end the server.
  stream.on('error', () => {});
  let before = -1;
  const timer = setInterval(() => {
    const now = passed();
    if (now === before) stream.destroy(new Error('it is not read'));
    before = now;
  }, ms).unref();
  stream.once('close', () => clearInterval(timer));
}

/**
 * A file as it is read, no faster than its reader takes it, once it was found to be what it should be.
 * @param sha256 hex @returns undefined for a file that is not there, or not the one that was meant
 */
export async function checkedStream(
  path: string,
  sha256: string,
): Promise<{ readonly size: number; readonly stream: Readable } | undefined> {
  const file = await openFile(path);
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    const hash = createHash('sha256');
    for await (const chunk of file.createReadStream({ start: 0, autoClose: false })) hash.update(chunk);
    if (hash.digest('hex') === sha256) {
      // What is appended meanwhile is not of it. The stream closes the file.
      const stream = file.createReadStream({ start: 0, ...(size > 0 && { end: size - 1 }) });
      endWhenStuck(stream, () => stream.bytesRead);
      return { size, stream };
    }
  } catch {
    // It cannot be read as what it should be.
  }
  await file.close();
  return undefined;
}
