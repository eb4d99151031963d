import { HostError } from '../../../model/errors.ts';

/** One entry of an archive, before its content. */
export interface CpioEntry {
  readonly path: string;
  readonly kind: 'file' | 'symlink' | 'directory' | 'other';
  readonly size: number;
  /** Names that the file has: of hard links all but the last come without content. */
  readonly links: number;
  /** The same for all names of a file. */
  readonly inode: string;
}

const HEADER_BYTES = 110;
const MAX_NAME = 4096;
const MAX_ENTRIES = 250_000;
const TYPE_MASK = 0o170000;
const KINDS: ReadonlyMap<number, CpioEntry['kind']> = new Map([
  [0o100000, 'file'],
  [0o120000, 'symlink'],
  [0o040000, 'directory'],
]);
const TRAILER = 'TRAILER!!!';

function reject(why: string): HostError {
  return new HostError('bad_package', `its payload is not an archive that can be read (${why}); nothing was used`);
}

/** Bytes in the order in which they come, any number at a time. */
class Queue {
  readonly #chunks: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);
  /** Bytes that were taken or skipped. */
  offset = 0;

  constructor(chunks: AsyncIterator<Buffer>) {
    this.#chunks = chunks;
  }

  async #next(): Promise<Buffer> {
    const { done, value } = await this.#chunks.next();
    if (done === true) throw reject('it ends early');
    return value;
  }

  async take(bytes: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let missing = bytes; missing > 0; ) {
      if (this.#held.length === 0) this.#held = await this.#next();
      const part = this.#held.subarray(0, missing);
      this.#held = this.#held.subarray(part.length);
      parts.push(part);
      missing -= part.length;
    }
    this.offset += bytes;
    return Buffer.concat(parts);
  }

  async skip(bytes: number): Promise<void> {
    for (let missing = bytes; missing > 0; ) {
      if (this.#held.length === 0) this.#held = await this.#next();
      const step = Math.min(missing, this.#held.length);
      this.#held = this.#held.subarray(step);
      missing -= step;
    }
    this.offset += bytes;
  }

  /** Headers and contents begin at multiples of four. */
  align(): Promise<void> {
    return this.skip((4 - (this.offset % 4)) % 4);
  }
}

/**
 * Reads an archive of the new ASCII format (`070701`, `070702`) as it comes.
 * @param wants whether the content of an entry is wanted, and may have its size
 * @param take gets the content of each such entry
 * @throws HostError `bad_package` for any other format, and for one that ends early
 */
export async function readCpio(
  chunks: AsyncIterable<Buffer>,
  wants: (entry: CpioEntry) => boolean,
  take: (entry: CpioEntry, content: Buffer) => Promise<void>,
): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]();
  const queue = new Queue(iterator);
  try {
    for (let count = 0; count < MAX_ENTRIES; count++) {
      const head = (await queue.take(HEADER_BYTES)).toString('latin1');
      if (!/^07070[12][0-9A-Fa-f]{104}$/.test(head)) throw reject('it is not of the format newc');
      const field = (nth: number): number => Number.parseInt(head.slice(6 + nth * 8, 14 + nth * 8), 16);
      const [mode, links, size, nameBytes] = [field(1), field(4), field(6), field(11)];
      if (nameBytes < 1 || nameBytes > MAX_NAME) throw reject('a name in it is too long');
      const path = (await queue.take(nameBytes)).subarray(0, -1).toString('utf8');
      await queue.align();
      if (path === TRAILER) return;
      const inode = [field(0), field(7), field(8)].join();
      const entry = { path, size, links, inode, kind: KINDS.get(mode & TYPE_MASK) ?? 'other' };
      if (wants(entry)) await take(entry, await queue.take(size));
      else await queue.skip(size);
      await queue.align();
    }
    throw reject('it has too many entries');
  } finally {
    await iterator.return?.();
  }
}
