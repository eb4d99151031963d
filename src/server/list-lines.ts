import { createHash } from 'node:crypto';
import type { Host } from '../host/host.ts';

const CHUNK_BYTES = 1024 * 1024;
/** A longer line is no record of ours. */
const MAX_LINE_BYTES = 1024 * 1024;
const LINE_FEED = 10;

/** A line of a file: its text without the line feed, and where its bytes are. */
export interface Line {
  readonly at: number;
  readonly bytes: number;
  readonly text: string;
}

/** The beginning of a file, up to the end of a line: so many bytes with this SHA-256. */
export interface Beginning {
  readonly bytes: number;
  readonly sha256: string;
}

async function* chunksOf(host: Host, path: string): AsyncGenerator<Buffer> {
  for (let at = 0; ; ) {
    const { buffer, byteOffset, length } = await host.files.readHead(path, CHUNK_BYTES, at);
    if (length === 0) return;
    yield Buffer.from(buffer, byteOffset, length);
    at += length;
  }
}

/** Lines of a piece of a file whose first byte is at `at`; blank ones and those that are too long are left out. */
function* linesIn(piece: Buffer, at: number): Generator<Line> {
  for (let from = 0; from < piece.length; ) {
    const end = piece.indexOf(LINE_FEED, from);
    const to = end < 0 ? piece.length : end;
    const bytes = to - from;
    if (bytes > 0 && bytes <= MAX_LINE_BYTES) yield { at: at + from, bytes, text: piece.toString('utf8', from, to) };
    from = to + 1;
  }
}

/**
 * Reads the lines of a file behind a beginning that is known, a megabyte at a time: also the last one where no line feed
 * ends it.
 * @param each hears of every line in order
 * @returns what is the known beginning next time, without such a last line; undefined where the file begins otherwise: then nothing was read
 */
export async function readLines(
  host: Host,
  path: string,
  known: Beginning,
  each: (line: Line) => void,
): Promise<Beginning | undefined> {
  const hash = createHash('sha256');
  let hashed = 0;
  let rest: Buffer = Buffer.alloc(0);
  const unchanged = (): boolean => known.bytes === 0 || hash.copy().digest('hex') === known.sha256;
  for await (const chunk of chunksOf(host, path)) {
    const old = chunk.subarray(0, Math.max(0, known.bytes - hashed));
    hash.update(old);
    hashed += old.length;
    if (old.length > 0 && hashed === known.bytes && !unchanged()) return undefined;
    const fresh = Buffer.concat([rest, chunk.subarray(old.length)]);
    const ends = fresh.lastIndexOf(LINE_FEED) + 1;
    // A line without an end would be kept and kept.
    const whole = fresh.subarray(0, ends === 0 && fresh.length > MAX_LINE_BYTES ? fresh.length : ends);
    for (const line of linesIn(whole, hashed)) each(line);
    hash.update(whole);
    hashed += whole.length;
    rest = Buffer.from(fresh.subarray(whole.length));
  }
  if (hashed < known.bytes) return undefined;
  for (const line of linesIn(rest, hashed)) each(line);
  return { bytes: hashed, sha256: hash.digest('hex') };
}
