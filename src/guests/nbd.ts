import type { Duplex } from 'node:stream';
import { ProtocolViolation } from './protocol-violation.ts';

/*
 * The server's half of the network block device protocol, as far as QEMU's client needs it: fixed newstyle handshake, one
 * export, simple replies. https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md
 */

const NBDMAGIC = 0x4e42444d41474943n;
const IHAVEOPT = 0x49484156454f5054n;
const OPTION_REPLY = 0x0003e889045565a9n;
const REQUEST = 0x25609513;
const SIMPLE_REPLY = 0x67446698;
/** Fixed newstyle, and no zeroes after the old way to name an export. */
const HANDSHAKE_FLAGS = 3;
const HAS_FLAGS = 1;
const OPTION = { exportName: 1, abort: 2, go: 7 } as const;
const REPLY = { ack: 1, info: 3, unsupported: 0x80000001 } as const;
const INFO_EXPORT = 0;
const COMMANDS = ['read', 'write', 'end'] as const;

/** No option of QEMU is longer: a name, and some words about it. */
const MAX_OPTION = 8192;
/** Options of one handshake; QEMU needs four. */
const MAX_OPTIONS = 32;
/** QEMU sends no more in one request. */
const MAX_LENGTH = 32 * 1024 * 1024;
const PIECE = 64 * 1024;
const REQUEST_BYTES = 28;
const REPLY_BYTES = 16;

/** What a response to a request may say besides 0. */
export const NBD_ERROR = { notPermitted: 1, invalid: 22 } as const;

export interface NbdRequest {
  readonly kind: (typeof COMMANDS)[number] | 'other';
  readonly handle: bigint;
  readonly offset: number;
  /** Bytes to read, or to be written: those follow the request. */
  readonly length: number;
}

/** Whole pieces of a stream; undefined once it ended before. */
export interface Taken {
  take(bytes: number): Promise<Buffer | undefined>;
  skip(bytes: number): Promise<boolean>;
}

/** Reads `stream` piece by piece and never ahead. */
export function takeFrom(stream: Duplex): Taken {
  const change = (): Promise<void> =>
    new Promise((resolve) => {
      const events = ['readable', 'end', 'close', 'error'];
      const done = (): void => {
        for (const event of events) stream.off(event, done);
        resolve();
      };
      for (const event of events) stream.on(event, done);
    });

  async function take(bytes: number): Promise<Buffer | undefined> {
    if (bytes === 0) return Buffer.alloc(0);
    for (;;) {
      const piece: Buffer | null = stream.read(bytes);
      if (piece !== null) return piece.length === bytes ? piece : undefined;
      if (stream.readableEnded || stream.destroyed) return undefined;
      await change();
    }
  }

  async function skip(bytes: number): Promise<boolean> {
    for (let left = bytes; left > 0; left -= PIECE) {
      if ((await take(Math.min(left, PIECE))) === undefined) return false;
    }
    return true;
  }

  return { take, skip };
}

function optionReply(option: number, type: number, data = Buffer.alloc(0)): Buffer {
  const reply = Buffer.alloc(20);
  reply.writeBigUInt64BE(OPTION_REPLY, 0);
  reply.writeUInt32BE(option, 8);
  reply.writeUInt32BE(type, 12);
  reply.writeUInt32BE(data.length, 16);
  return Buffer.concat([reply, data]);
}

/** Size and flags, as both ways to choose an export want them. */
function exportFacts(bytes: number): Buffer {
  const facts = Buffer.alloc(10);
  facts.writeBigUInt64BE(BigInt(bytes), 0);
  facts.writeUInt16BE(HAS_FLAGS, 8);
  return facts;
}

/**
 * Has the client take the only export there is, of `bytes` bytes, under whatever name.
 * @returns false when the client went away. @throws ProtocolViolation for one that speaks something else
 */
export async function acceptExport(socket: Duplex, taken: Taken, bytes: number): Promise<boolean> {
  const greeting = Buffer.alloc(18);
  greeting.writeBigUInt64BE(NBDMAGIC, 0);
  greeting.writeBigUInt64BE(IHAVEOPT, 8);
  greeting.writeUInt16BE(HANDSHAKE_FLAGS, 16);
  socket.write(greeting);
  if ((await taken.take(4)) === undefined) return false;
  for (let count = 0; count < MAX_OPTIONS; count++) {
    const header = await taken.take(16);
    if (header === undefined) return false;
    const [option, length] = [header.readUInt32BE(8), header.readUInt32BE(12)];
    if (header.readBigUInt64BE(0) !== IHAVEOPT || length > MAX_OPTION) break;
    if (!(await taken.skip(length)) || option === OPTION.abort) return false;
    if (option === OPTION.exportName) {
      socket.write(exportFacts(bytes));
      return true;
    }
    if (option === OPTION.go) {
      const info = Buffer.concat([Buffer.from([0, INFO_EXPORT]), exportFacts(bytes)]);
      socket.write(Buffer.concat([optionReply(option, REPLY.info, info), optionReply(option, REPLY.ack)]));
      return true;
    }
    socket.write(optionReply(option, REPLY.unsupported));
  }
  throw new ProtocolViolation('QEMU does not take the disk it is given');
}

/** The next request; undefined when the client went away. @throws ProtocolViolation */
export async function readRequest(taken: Taken): Promise<NbdRequest | undefined> {
  const header = await taken.take(REQUEST_BYTES);
  if (header === undefined) return undefined;
  const length = header.readUInt32BE(24);
  if (header.readUInt32BE(0) !== REQUEST || length > MAX_LENGTH) {
    throw new ProtocolViolation('QEMU sent its disk something that is not a request');
  }
  const kind = COMMANDS[header.readUInt16BE(6)] ?? 'other';
  return { kind, handle: header.readBigUInt64BE(8), offset: Number(header.readBigUInt64BE(16)), length };
}

/**
 * Responses with the bytes read, or with 0 or an error.
 * Resolves when the client took enough of what was sent before, or with `gone`.
 */
export async function replyTo(
  socket: Duplex,
  request: NbdRequest,
  response: Buffer | number,
  gone: Promise<void>,
): Promise<void> {
  const reply = Buffer.alloc(REPLY_BYTES);
  reply.writeUInt32BE(SIMPLE_REPLY, 0);
  reply.writeUInt32BE(typeof response === 'number' ? response : 0, 4);
  reply.writeBigUInt64BE(request.handle, 8);
  const all = typeof response === 'number' ? reply : Buffer.concat([reply, response]);
  if (socket.destroyed || socket.write(all)) return;
  await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), gone]);
}
