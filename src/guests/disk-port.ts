import { Duplex } from 'node:stream';
import { deferred } from './deferred.ts';
import { LETTER_HEADER, Outgoing, openLetter } from './disk-letters.ts';
import { acceptExport, NBD_ERROR, type NbdRequest, readRequest, replyTo, type Taken, takeFrom } from './nbd.ts';

/*
 * The guest protocol over a disk that has no bytes: QEMU reads every block from this end (docs/guest-protocol.md, "Disk").
 * What the guest writes to one place goes to the host, what it reads at another one comes from there.
 */

export const DISK_BYTES = 4 * 1024 * 1024;
export const INBOX = 1024 * 1024;
export const OUTBOX = 2 * 1024 * 1024;
/** One request of a guest's kernel: every disk driver of Linux lets that much through in one piece. */
export const MAX_TRANSFER = 256 * 1024;
/** A guest that waits for a request reads again this often: saving it waits for its last read. */
const PATIENCE_MS = 20;

/**
 * A port like that of virtio-serial, over a disk that QEMU has on `socket`. Takes one request of QEMU after the other and
 * holds no more than that one; a guest whose words no one takes waits. Ends when QEMU does; whatever is not a request of its
 * kind is an error (ProtocolViolation).
 */
export function diskPort(socket: Duplex): Duplex {
  return new DiskPort(socket);
}

class DiskPort extends Duplex {
  readonly #socket: Duplex;
  readonly #outgoing = new Outgoing();
  readonly #gone = deferred<void>();
  #room = deferred<void>();

  constructor(socket: Duplex) {
    super();
    this.#socket = socket;
    for (const event of ['end', 'close', 'error']) socket.once(event, () => this.#gone.resolve());
    this.#serve().then(
      () => this.push(null),
      (error: Error) => this.destroy(error),
    );
  }

  override _read(): void {
    this.#room.resolve();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#outgoing.add(chunk);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  async #serve(): Promise<void> {
    const taken = takeFrom(this.#socket);
    if (!(await acceptExport(this.#socket, taken, DISK_BYTES))) return;
    for (let request = await readRequest(taken); request !== undefined; request = await readRequest(taken)) {
      const response = await this.#responseTo(request, taken);
      if (response === undefined) return;
      await replyTo(this.#socket, request, response, this.#gone.promise);
    }
  }

  async #responseTo(request: NbdRequest, taken: Taken): Promise<Buffer | number | undefined> {
    switch (request.kind) {
      case 'end':
        return undefined;
      case 'read':
        return await this.#readAt(request);
      case 'write':
        return await this.#writeAt(request, taken);
      default:
        return NBD_ERROR.invalid;
    }
  }

  async #readAt(request: NbdRequest): Promise<Buffer | number> {
    if (request.length > MAX_TRANSFER) return NBD_ERROR.invalid;
    // The kernel looks for partitions everywhere else.
    if (request.offset !== INBOX || request.length <= LETTER_HEADER) return Buffer.alloc(request.length);
    await this.#outgoing.arrival(PATIENCE_MS, this.#gone.promise);
    return this.#outgoing.letter(request.length);
  }

  async #writeAt(request: NbdRequest, taken: Taken): Promise<number | undefined> {
    if (request.offset !== OUTBOX || request.length > MAX_TRANSFER) {
      return (await taken.skip(request.length)) ? NBD_ERROR.notPermitted : undefined;
    }
    const written = await taken.take(request.length);
    if (written === undefined) return undefined;
    await this.#hand(openLetter(written));
    return 0;
  }

  /** Waits for whoever reads the port. */
  async #hand(bytes: Buffer): Promise<void> {
    this.#room = deferred();
    if (!this.push(bytes)) await Promise.race([this.#room.promise, this.#gone.promise]);
  }
}
