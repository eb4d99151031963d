import { Duplex } from 'node:stream';
import { ProtocolViolation } from './protocol-violation.ts';

/*
 * The guest protocol over a serial line that the kernel's console has as well (docs/guest-protocol.md, "Serial line"). What
 * the console prints is below 0x80, so that each byte shows whose it is, wherever the kernel breaks in.
 */

/** Six bits of the stream. */
const DATA = 0x80;
/** What was said up to here is whole. */
const END = 0xc0;
/** The other end has taken in `CREDIT_BYTES` of data and ends. */
const CREDIT = 0xc1;
export const CREDIT_BYTES = 2048;
/** As many bytes of data and ends may be on their way; whoever has no room for more may drop them. */
export const WINDOW = 16384;
const LOW_BITS = 0x3f;
const ASCII_ONLY = '; what a program prints on /dev/console, /dev/ttyS0 or /dev/kmsg of this guest has to be ASCII';

/** Both directions of a line, and who hears what the console prints. */
export interface SerialLine {
  /** What the guest sends; it is read as it comes, whoever waits. */
  readonly from: NodeJS.ReadableStream;
  readonly to: NodeJS.WritableStream;
  readonly onConsole: (bytes: Buffer) => void;
}

/**
 * A port like that of virtio-serial over a line. Holds at most what may be on its way; a guest whose words no one takes
 * waits. Ends when the line does; whatever breaks the rules of the line is an error (ProtocolViolation).
 */
export function serialPort(line: SerialLine): Duplex {
  return new SerialPort(line);
}

class SerialPort extends Duplex {
  readonly #line: SerialLine;
  #bits = 0;
  #count = 0;
  /** Bytes of data and ends that came since the last credit, and since the last one that may be given. */
  #taken = 0;
  #owed = 0;
  #full = false;
  #sent = 0;
  #waiting: Buffer = Buffer.alloc(0);
  #written: (() => void) | undefined;

  constructor(line: SerialLine) {
    super({ readableHighWaterMark: WINDOW / 4 });
    this.#line = line;
    line.from.on('data', (chunk: Buffer) => this.#receive(chunk));
    for (const event of ['end', 'close', 'error']) line.from.once(event, () => this.push(null));
  }

  override _read(): void {
    this.#full = false;
    this.#giveCredit();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#waiting = encodeLine(chunk);
    this.#written = done;
    this.#send();
  }

  #receive(chunk: Buffer): void {
    const data: number[] = [];
    const words: number[] = [];
    for (const byte of chunk) {
      if (byte < DATA) words.push(byte);
      else if (!this.#take(byte, data)) {
        this.#break(byte);
        return;
      }
    }
    if (words.length > 0) this.#line.onConsole(Buffer.from(words));
    if (this.destroyed || this.readableEnded) return;
    if (this.#taken + this.#owed > WINDOW) {
      this.#break(undefined);
      return;
    }
    if (data.length > 0 && !this.push(Buffer.from(data))) this.#full = true;
    this.#giveCredit();
  }

  /** @returns false for what is no byte of a line */
  #take(byte: number, data: number[]): boolean {
    if (byte === CREDIT) {
      this.#sent -= CREDIT_BYTES;
      this.#send();
      return this.#sent >= 0;
    }
    if (byte > END) return false;
    this.#taken++;
    if (byte === END) {
      this.#bits = 0;
      this.#count = 0;
      return true;
    }
    this.#bits = (this.#bits << 6) | (byte & LOW_BITS);
    this.#count += 6;
    if (this.#count >= 8) {
      this.#count -= 8;
      data.push(this.#bits >> this.#count);
      this.#bits &= (1 << this.#count) - 1;
    }
    return true;
  }

  /** Lets the guest say as much again as was taken from this port. */
  #giveCredit(): void {
    const credits = Math.floor(this.#taken / CREDIT_BYTES);
    this.#taken -= credits * CREDIT_BYTES;
    this.#owed += credits * CREDIT_BYTES;
    if (this.#full || this.#owed === 0) return;
    this.#line.to.write(Buffer.alloc(this.#owed / CREDIT_BYTES, CREDIT));
    this.#owed = 0;
  }

  /** Sends what there is room for. */
  #send(): void {
    const part = this.#waiting.subarray(0, Math.max(0, WINDOW - this.#sent));
    if (part.length > 0) this.#line.to.write(part);
    this.#sent += part.length;
    this.#waiting = this.#waiting.subarray(part.length);
    if (this.#waiting.length > 0) return;
    const done = this.#written;
    this.#written = undefined;
    done?.();
  }

  #break(byte: number | undefined): void {
    const words =
      byte === undefined
        ? `it sent more than ${WINDOW} bytes at a time over the serial line`
        : `0x${byte.toString(16)} is no byte of the serial line here${byte > CREDIT ? ASCII_ONLY : ''}`;
    this.destroy(new ProtocolViolation(words));
  }
}

/** A piece of the stream as it goes over a line, with its end. */
export function encodeLine(bytes: Uint8Array): Buffer {
  const line = Buffer.alloc(Math.ceil((bytes.length * 8) / 6) + 1);
  let at = 0;
  for (let from = 0; from < bytes.length; from += 3) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(from, from + 3);
    const bits = (first << 16) | (second << 8) | third;
    const sextets = Math.ceil((Math.min(3, bytes.length - from) * 8) / 6);
    for (let index = 0; index < sextets; index++) line[at++] = DATA | ((bits >> (18 - 6 * index)) & LOW_BITS);
  }
  line[at] = END;
  return line;
}
