import { type Deferred, deferred } from './deferred.ts';
import { ProtocolViolation } from './protocol-violation.ts';

/*
 * How the stream of the protocol is cut into transfers of a disk (docs/guest-protocol.md, "Disk").
 */

export const LETTER_HEADER = 16;
const MAGIC = 0x44465042; // "BPFD", little-endian
const MOST_WAITING = 0xffffffff;

/** One transfer: how many bytes of the stream are in it, and how many wait behind it. */
function letterHeader(length: number, waiting: number): Buffer {
  const header = Buffer.alloc(LETTER_HEADER);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt32LE(length, 4);
  header.writeUInt32LE(Math.min(waiting, MOST_WAITING), 8);
  return header;
}

/** The bytes of the stream in what a guest wrote. @throws ProtocolViolation */
export function openLetter(written: Buffer): Buffer {
  const length = written.length < LETTER_HEADER ? 0 : written.readUInt32LE(4);
  if (length === 0 || written.readUInt32LE(0) !== MAGIC || length > written.length - LETTER_HEADER) {
    throw new ProtocolViolation('what it wrote to its disk is not from the validator');
  }
  return written.subarray(LETTER_HEADER, LETTER_HEADER + length);
}

/** Bytes for the guest, in order; each is handed out once, so that no one in the guest reads it a second time. */
export class Outgoing {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #arrival: Deferred<void> | undefined;

  add(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    this.#arrival?.resolve();
  }

  /** Resolves when there is something, after `ms` at the latest, or with `gone`. */
  async arrival(ms: number, gone: Promise<void>): Promise<void> {
    if (this.#bytes > 0) return;
    this.#arrival = deferred();
    const patience = deferred<void>();
    const timer = setTimeout(patience.resolve, ms);
    await Promise.race([this.#arrival.promise, patience.promise, gone]);
    clearTimeout(timer);
  }

  /** Up to what `size` bytes of disk hold. */
  letter(size: number): Buffer {
    const letter = Buffer.alloc(size);
    let at = LETTER_HEADER;
    for (let first = this.#chunks[0]; first !== undefined && at < size; first = this.#chunks[0]) {
      const taken = first.copy(letter, at, 0, Math.min(first.length, size - at));
      at += taken;
      if (taken === first.length) this.#chunks.shift();
      else this.#chunks[0] = first.subarray(taken);
    }
    this.#bytes -= at - LETTER_HEADER;
    letterHeader(at - LETTER_HEADER, this.#bytes).copy(letter);
    return letter;
  }
}
