import { Duplex } from 'node:stream';
import { ProtocolViolation } from './conversation.ts';
import { type Deferred, deferred } from './deferred.ts';
import { acceptExport, NBD_ERROR, type NbdRequest, readRequest, replyTo, type Taken, takeFrom } from './nbd.ts';

/*
 * The guest protocol over a disk that has no bytes: QEMU asks this end for every block (docs/guest-protocol.md, "Disk").
 * What the guest writes to one place goes to the host, what it reads at another one comes from there.
 */

export const DISK_BYTES = 4 * 1024 * 1024;
export const INBOX = 1024 * 1024;
export const OUTBOX = 2 * 1024 * 1024;
/** One request of a guest's kernel: every disk driver of Linux lets that much through in one piece. */
export const MAX_TRANSFER = 256 * 1024;
export const LETTER_HEADER = 16;
const MAGIC = 0x44465042; // "BPFD", little-endian
/** A guest that waits for a request asks again this often: saving it waits for its last question. */
const PATIENCE_MS = 20;
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
function openLetter(written: Buffer): Buffer {
  const length = written.length < LETTER_HEADER ? 0 : written.readUInt32LE(4);
  if (length === 0 || written.readUInt32LE(0) !== MAGIC || length > written.length - LETTER_HEADER) {
    throw new ProtocolViolation('what it wrote to its disk is not from the validator');
  }
  return written.subarray(LETTER_HEADER, LETTER_HEADER + length);
}

/** Bytes for the guest, in order; each is handed out once, so that nobody in the guest reads it a second time. */
class Outgoing {
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

/**
 * A port like that of virtio-serial, over a disk that QEMU has on `socket`. Takes one request of QEMU after the other and
 * holds no more than that one; a guest whose words nobody takes waits. Ends when QEMU does; whatever is no request of its
 * kind is an error (ProtocolViolation).
 */
export function diskPort(socket: Duplex): Duplex {
  const outgoing = new Outgoing();
  const gone = deferred<void>();
  for (const event of ['end', 'close', 'error']) socket.once(event, () => gone.resolve());
  let room = deferred<void>();
  const port = new Duplex({
    read: () => room.resolve(),
    write(chunk: Buffer, _encoding, done) {
      outgoing.add(chunk);
      done();
    },
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });

  async function take(bytes: Buffer): Promise<void> {
    room = deferred();
    if (!port.push(bytes)) await Promise.race([room.promise, gone.promise]);
  }

  async function read(request: NbdRequest): Promise<Buffer | number> {
    if (request.length > MAX_TRANSFER) return NBD_ERROR.invalid;
    // The kernel looks for partitions everywhere else.
    if (request.offset !== INBOX || request.length <= LETTER_HEADER) return Buffer.alloc(request.length);
    await outgoing.arrival(PATIENCE_MS, gone.promise);
    return outgoing.letter(request.length);
  }

  async function write(request: NbdRequest, taken: Taken): Promise<number | undefined> {
    if (request.offset !== OUTBOX || request.length > MAX_TRANSFER) {
      return (await taken.skip(request.length)) ? NBD_ERROR.notPermitted : undefined;
    }
    const written = await taken.take(request.length);
    if (written === undefined) return undefined;
    await take(openLetter(written));
    return 0;
  }

  async function serve(): Promise<void> {
    const taken = takeFrom(socket);
    if (!(await acceptExport(socket, taken, DISK_BYTES))) return;
    for (let request = await readRequest(taken); request !== undefined; request = await readRequest(taken)) {
      const answer = request.kind === 'read' ? await read(request) : await answerTo(request, taken);
      if (answer === undefined) return;
      await replyTo(socket, request, answer, gone.promise);
    }
  }

  async function answerTo(request: NbdRequest, taken: Taken): Promise<Buffer | number | undefined> {
    if (request.kind === 'end') return undefined;
    return request.kind === 'write' ? await write(request, taken) : NBD_ERROR.invalid;
  }

  serve().then(
    () => port.push(null),
    (error: Error) => port.destroy(error),
  );
  return port;
}
