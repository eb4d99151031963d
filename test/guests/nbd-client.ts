import { type Duplex, duplexPair } from 'node:stream';
import { takeFrom } from '../../src/guests/nbd.ts';

/** What QEMU's client of the network block device protocol sends, and what it gets. */
export interface NbdClient {
  /** The end that a machine's descriptor would be. */
  readonly far: Duplex;
  readonly near: Duplex;
  /** Chooses the export. @returns its size */
  handshake(options?: { readonly old?: boolean }): Promise<number>;
  read(offset: number, length: number): Promise<{ error: number; data: Buffer }>;
  /** Sends a write and does not wait for its result. */
  sendWrite(offset: number, data: Buffer): void;
  reply(length?: number): Promise<{ error: number; data: Buffer }>;
  write(offset: number, data: Buffer): Promise<number>;
  /** Sends a header with these fields and nothing behind it. */
  sendHeader(type: number, offset: number, length: number, magic?: number): void;
}

const MAGIC = 0x25609513;

export function nbdClient(): NbdClient {
  const [far, near] = duplexPair();
  far.on('error', () => {});
  const taken = takeFrom(far);
  const take = async (bytes: number): Promise<Buffer> => {
    const piece = await taken.take(bytes);
    if (piece === undefined) throw new Error('the server went away');
    return piece;
  };
  let handle = 0n;

  function option(number: number, data = ''): void {
    const header = Buffer.alloc(16);
    header.write('IHAVEOPT', 0, 'latin1');
    header.writeUInt32BE(number, 8);
    header.writeUInt32BE(data.length, 12);
    far.write(Buffer.concat([header, Buffer.from(data)]));
  }

  async function optionReply(): Promise<{ type: number; data: Buffer }> {
    const header = await take(20);
    return { type: header.readUInt32BE(12), data: await take(header.readUInt32BE(16)) };
  }

  async function handshake({ old = false } = {}): Promise<number> {
    const greeting = await take(18);
    if (greeting.toString('latin1', 0, 16) !== 'NBDMAGICIHAVEOPT') throw new Error('no newstyle server');
    far.write(Buffer.from([0, 0, 0, 3]));
    // Structured replies: QEMU requests them first.
    option(8);
    if ((await optionReply()).type !== 0x80000001) throw new Error('not refused');
    if (old) {
      option(1, 'any');
      return Number((await take(10)).readBigUInt64BE(0));
    }
    option(7, '\0\0\0\0\0\0');
    const { type, data } = await optionReply();
    if (type !== 3 || data.readUInt16BE(0) !== 0) throw new Error(`option reply ${type}`);
    if ((await optionReply()).type !== 1) throw new Error('no end of the replies');
    return Number(data.readBigUInt64BE(2));
  }

  function sendHeader(type: number, offset: number, length: number, magic = MAGIC): void {
    const header = Buffer.alloc(28);
    header.writeUInt32BE(magic, 0);
    header.writeUInt16BE(type, 6);
    header.writeBigUInt64BE(++handle, 8);
    header.writeBigUInt64BE(BigInt(offset), 16);
    header.writeUInt32BE(length, 24);
    far.write(header);
  }

  async function reply(length = 0): Promise<{ error: number; data: Buffer }> {
    const header = await take(16);
    if (header.readUInt32BE(0) !== 0x67446698) throw new Error('no simple reply');
    if (header.readBigUInt64BE(8) !== handle) throw new Error('a response to another request');
    const error = header.readUInt32BE(4);
    return { error, data: error === 0 ? await take(length) : Buffer.alloc(0) };
  }

  function sendWrite(offset: number, data: Buffer): void {
    sendHeader(1, offset, data.length);
    far.write(data);
  }

  return {
    far,
    near,
    handshake,
    sendHeader,
    sendWrite,
    reply,
    async read(offset, length) {
      sendHeader(0, offset, length);
      return await reply(length);
    },
    async write(offset, data) {
      sendWrite(offset, data);
      return (await reply()).error;
    },
  };
}
