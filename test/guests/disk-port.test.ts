import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { LETTER_HEADER } from '../../src/guests/disk-letters.ts';
import { DISK_BYTES, diskPort, INBOX, MAX_TRANSFER, OUTBOX } from '../../src/guests/disk-port.ts';
import { ProtocolViolation } from '../../src/guests/protocol-violation.ts';
import { nbdClient } from './nbd-client.ts';

const SMALL = 4096;
const NOT_PERMITTED = 1;
const INVALID = 22;

async function connected(options?: { readonly old?: boolean }) {
  const client = nbdClient();
  const port = diskPort(client.near);
  const failure = new Promise<Error>((resolve) => port.once('error', resolve));
  expect(await client.handshake(options)).toBe(DISK_BYTES);
  return { client, port, failure };
}

/** As the validator writes it: whole sectors. */
function letter(text: string | Buffer, changed: { magic?: string; length?: number } = {}): Buffer {
  const bytes = Buffer.from(text);
  const out = Buffer.alloc(Math.ceil((LETTER_HEADER + bytes.length) / 512) * 512);
  out.write(changed.magic ?? 'BPFD', 0, 'latin1');
  out.writeUInt32LE(changed.length ?? bytes.length, 4);
  bytes.copy(out, LETTER_HEADER);
  return out;
}

function opened(data: Buffer): { text: string; waiting: number } {
  expect(data.toString('latin1', 0, 4)).toBe('BPFD');
  const end = LETTER_HEADER + data.readUInt32LE(4);
  expect(data.subarray(end).every((byte) => byte === 0)).toBe(true);
  return { text: data.toString('latin1', LETTER_HEADER, end), waiting: data.readUInt32LE(8) };
}

describe('a port over a disk', () => {
  it.each([{ old: false }, { old: true }])('is a disk of 4 MB without partitions (%o)', async (options) => {
    const { client } = await connected(options);
    for (const offset of [0, 512, DISK_BYTES - SMALL]) {
      expect(await client.read(offset, SMALL)).toEqual({ error: 0, data: Buffer.alloc(SMALL) });
    }
  });

  it('hears what is written to one place, in order and without the padding', async () => {
    const { client, port } = await connected();
    const heard: Buffer[] = [];
    port.on('data', (chunk: Buffer) => heard.push(chunk));
    expect(await client.write(OUTBOX, letter('one '))).toBe(0);
    const big = randomBytes(MAX_TRANSFER - LETTER_HEADER);
    expect(await client.write(OUTBOX, letter(big))).toBe(0);
    expect(Buffer.concat(heard)).toEqual(Buffer.concat([Buffer.from('one '), big]));
  });

  it('hands out what waits for the guest once, and says how much more there is', async () => {
    const { client, port } = await connected();
    const text = 'x'.repeat(5000);
    port.cork();
    for (const piece of ['request', text]) port.write(piece);
    port.uncork();
    const first = opened((await client.read(INBOX, SMALL)).data);
    expect(first.text).toBe(`request${text}`.slice(0, SMALL - LETTER_HEADER));
    expect(first.waiting).toBe(7 + 5000 - (SMALL - LETTER_HEADER));
    const rest = opened((await client.read(INBOX, SMALL)).data);
    expect(first.text + rest.text).toBe(`request${text}`);
    expect(rest.waiting).toBe(0);
    expect(opened((await client.read(INBOX, SMALL)).data)).toEqual({ text: '', waiting: 0 });
  });

  it('responds to a guest that reads too early when there is something', async () => {
    const { client, port } = await connected();
    const response = client.read(INBOX, SMALL);
    await sleep(1);
    port.write('now');
    expect(opened((await response).data).text).toMatch(/^(?:now)?$/);
    const later = opened((await client.read(INBOX, SMALL)).data).text;
    expect([opened((await response).data).text, later].join('')).toBe('now');
  });

  it('lets no other place be written, and reads no more than one transfer', async () => {
    const { client, port } = await connected();
    let heard = 0;
    port.on('data', (chunk: Buffer) => {
      heard += chunk.length;
    });
    expect(await client.write(0, Buffer.alloc(512))).toBe(NOT_PERMITTED);
    expect(await client.write(INBOX, letter('x'))).toBe(NOT_PERMITTED);
    expect(await client.write(OUTBOX + 512, letter('x'))).toBe(NOT_PERMITTED);
    expect(await client.write(OUTBOX, Buffer.alloc(MAX_TRANSFER + 512))).toBe(NOT_PERMITTED);
    expect((await client.read(0, MAX_TRANSFER + 512)).error).toBe(INVALID);
    expect((await client.read(INBOX, MAX_TRANSFER + 512)).error).toBe(INVALID);
    // Discards and whatever else there may be.
    client.sendHeader(4, 0, 512);
    expect((await client.reply()).error).toBe(INVALID);
    expect(heard).toBe(0);
    expect(await client.write(OUTBOX, letter('still there'))).toBe(0);
    expect(heard).toBe('still there'.length);
  });

  it('keeps a guest waiting whose words no one takes', async () => {
    const { client, port } = await connected();
    const piece = letter(Buffer.alloc(MAX_TRANSFER - LETTER_HEADER, 1));
    const sent = Array.from({ length: 8 }, () => client.sendWrite(OUTBOX, piece)).length;
    let withResult = false;
    const first = client.reply().catch(() => {});
    void first.then(() => {
      withResult = true;
    });
    await sleep(30);
    expect(withResult).toBe(false);
    expect(port.readableLength).toBeLessThanOrEqual(MAX_TRANSFER);
    let heard = 0;
    port.on('data', (chunk: Buffer) => {
      heard += chunk.length;
    });
    await expect.poll(() => heard).toBe(sent * (MAX_TRANSFER - LETTER_HEADER));
  });

  it('ends when QEMU does, after what was said before', async () => {
    const { client, port } = await connected();
    client.sendWrite(OUTBOX, letter('last words'));
    client.far.end();
    const heard: string[] = [];
    port.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
    await once(port, 'end');
    expect(heard.join('')).toBe('last words');
  });

  it('closes the socket when it is closed', async () => {
    const { client, port } = await connected();
    port.destroy();
    await expect.poll(() => client.near.destroyed).toBe(true);
  });
});

describe('a guest or a QEMU that lies', () => {
  it.each([
    ['another magic', letter('x', { magic: 'BPFC' })],
    ['more than it wrote', letter('x', { length: 512 - LETTER_HEADER + 1 })],
    ['nothing', letter('x', { length: 0 })],
    ['the most there can be', letter('x', { length: 0xffffffff })],
  ])('is found out by a letter of %s', async (_, written) => {
    const { client, port, failure } = await connected();
    port.resume();
    client.sendWrite(OUTBOX, written);
    expect(await failure).toBeInstanceOf(ProtocolViolation);
    expect(client.near.destroyed).toBe(true);
  });

  it.each([
    ['a request of another protocol', 0, 512, 0x12345678],
    ['a longer write than there is', 1, 32 * 1024 * 1024 + 1, undefined],
  ] as const)('is found out by %s', async (_, type, length, magic) => {
    const { client, failure } = await connected();
    client.sendHeader(type, 0, length, magic);
    const error = await failure;
    expect(error).toBeInstanceOf(ProtocolViolation);
    expect(error.message).toContain('not a request');
  });

  it('is found out when it never takes the disk', async () => {
    const client = nbdClient();
    const failure = once(diskPort(client.near), 'error');
    client.far.write(Buffer.alloc(4));
    client.far.write(Buffer.alloc(64, 0xff));
    expect((await failure)[0]).toBeInstanceOf(ProtocolViolation);
  });

  it('makes nothing but an error or an end with noise', async () => {
    for (let round = 0; round < 50; round++) {
      const { client, port } = await connected();
      port.resume();
      const over = new Promise((resolve) => {
        for (const event of ['end', 'error', 'close']) port.once(event, resolve);
      });
      client.far.resume();
      client.far.end(randomBytes(round * 7));
      await over;
    }
  });
});
