import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ProtocolViolation } from '../../src/guests/protocol-violation.ts';
import { CREDIT_BYTES, encodeLine, serialPort, WINDOW } from '../../src/guests/serial-port.ts';

const CREDIT = 0xc1;

function connected() {
  const from = new PassThrough();
  const to = new PassThrough();
  const sent: Buffer[] = [];
  const console: Buffer[] = [];
  to.on('data', (chunk: Buffer) => sent.push(chunk));
  const port = serialPort({ from, to, onConsole: (bytes) => console.push(bytes) });
  const failure = new Promise<Error>((resolve) => port.once('error', resolve));
  return {
    ...{ from, to, port, failure },
    sent: () => Buffer.concat(sent),
    console: () => Buffer.concat(console).toString('latin1'),
  };
}

/** What a port at the other end makes of bytes of a line. */
async function decoded(line: Buffer): Promise<Buffer> {
  const { from, port } = connected();
  const heard: Buffer[] = [];
  port.on('data', (chunk: Buffer) => heard.push(chunk));
  from.write(line);
  await turn();
  return Buffer.concat(heard);
}

describe('a port over a serial line', () => {
  it('carries all bytes, above those of the console', async () => {
    for (const size of [0, 1, 2, 3, 4, 255, 5000]) {
      const bytes = randomBytes(size);
      const line = encodeLine(bytes);
      expect(line.every((byte) => byte >= 0x80)).toBe(true);
      expect(await decoded(line)).toEqual(bytes);
    }
    // The C test has the same bytes.
    expect(encodeLine(Buffer.from('Man'))).toEqual(Buffer.from([0x93, 0x96, 0x85, 0xae, 0xc0]));
  });

  it('tells what the kernel prints from what is said, wherever it breaks in', async () => {
    const { from, port, console } = connected();
    const heard: Buffer[] = [];
    port.on('data', (chunk: Buffer) => heard.push(chunk));
    const line = encodeLine(Buffer.from('frame'));
    from.write(
      Buffer.concat([Buffer.from('[ 1.0] warn'), line.subarray(0, 3), Buffer.from('ing\r\n'), line.subarray(3)]),
    );
    await turn();
    expect(Buffer.concat(heard).toString()).toBe('frame');
    expect(console()).toBe('[ 1.0] warning\r\n');
  });

  it('says no more at a time than the other end has room for', async () => {
    const { from, port, sent } = connected();
    const text = randomBytes(3 * WINDOW);
    const done = new Promise((resolve) => port.write(text, resolve));
    await turn();
    expect(sent().length).toBe(WINDOW);
    let before = 0;
    while (sent().length > before && sent().length < encodeLine(text).length) {
      before = sent().length;
      from.write(Buffer.alloc(WINDOW / CREDIT_BYTES, CREDIT));
      await turn();
    }
    await done;
    expect(sent()).toEqual(encodeLine(text));
  });

  it('lets the guest go on when its words were taken, and not before', async () => {
    const { from, port, sent } = connected();
    // As long as nobody reads, the window is all that comes, and all of it is kept.
    const bytes = randomBytes((WINDOW / 4) * 3 - 3);
    const line = encodeLine(bytes);
    for (let at = 0; at < line.length; at += 100) from.write(line.subarray(at, at + 100));
    await turn();
    expect(sent().length).toBeLessThan(line.length / CREDIT_BYTES - 1);
    const heard: Buffer[] = [];
    port.on('data', (chunk: Buffer) => heard.push(chunk));
    await turn();
    await turn();
    expect(Buffer.concat(heard)).toEqual(bytes);
    expect(sent()).toEqual(Buffer.alloc(Math.floor(line.length / CREDIT_BYTES), CREDIT));
  });

  it.each([
    [
      'a byte that means nothing',
      Buffer.from([0xff]),
      '0xff is no byte of the serial line here; what a program prints',
    ],
    ['text that is not ASCII', Buffer.from('ä'), '0xc3 is no byte of the serial line here; what a program prints'],
    ['credit for nothing', Buffer.from([CREDIT]), '0xc1 is no byte of the serial line here'],
    ['more than there is room for', Buffer.alloc(2 * WINDOW, 0x80), 'more than 16384 bytes at a time'],
  ])('ends with %s', async (_name, bytes, words) => {
    const { from, failure } = connected();
    from.write(bytes);
    const error = await failure;
    expect(error).toBeInstanceOf(ProtocolViolation);
    expect(error.message).toContain(words);
    // What comes afterwards is nobody's.
    from.write(Buffer.from([0x80, 0xff, CREDIT]));
    await turn();
  });

  it('ends with the line', async () => {
    const { from, port } = connected();
    const ended = new Promise((resolve) => port.once('end', resolve));
    port.resume();
    from.end();
    await ended;
  });
});
