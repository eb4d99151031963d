import { describe, expect, test } from 'vitest';
import { readKallsyms } from '../../../src/kernels/image/kallsyms.ts';

/** Names of which each has its type in front; enough of them for several markers. */
const NAMES = Array.from({ length: 1300 }, (_, index) => `T${index % 3 === 0 ? 'vfs_' : 'sys_'}call_${index}`);

/** The tokens of scripts/kallsyms: letters for themselves, and some bytes that no name has stand for longer texts. */
const TOKENS = Array.from({ length: 256 }, (_, byte) => {
  if (byte === 200) return 'vfs_';
  if (byte === 201) return 'call_';
  return byte >= 0x30 && byte < 0x7f ? String.fromCharCode(byte) : String.fromCharCode(0x80 + (byte % 0x70));
});

function compressed(name: string): Buffer {
  const bytes: number[] = [];
  for (let at = 0; at < name.length; ) {
    const token = [200, 201].find((one) => name.startsWith(TOKENS[one] ?? '', at));
    bytes.push(token ?? name.charCodeAt(at));
    at += token === undefined ? 1 : (TOKENS[token]?.length ?? 1);
  }
  return Buffer.from(
    bytes.length < 0x80 ? [bytes.length, ...bytes] : [0x80 | (bytes.length & 0x7f), bytes.length >> 7, ...bytes],
  );
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8)]);
}

function numbers(list: readonly number[], size: 2 | 4): Buffer {
  const bytes = Buffer.alloc(list.length * size);
  for (const [index, value] of list.entries()) bytes.writeUIntLE(value, index * size, size);
  return padded(bytes);
}

/** Tables as a kernel has them. @param order bytes between markers and tokens, as Linux 6.2 has them */
function rodata(names: readonly string[], order = Buffer.alloc(0)): Buffer {
  const parts = names.map(compressed);
  const offsets: number[] = [];
  let at = 0;
  for (const part of parts) {
    offsets.push(at);
    at += part.length;
  }
  const strings = TOKENS.map((token) => Buffer.from(`${token}\0`, 'latin1'));
  const starts: number[] = [];
  let start = 0;
  for (const one of strings) {
    starts.push(start);
    start += one.length;
  }
  return Buffer.concat([
    Buffer.from('something else of the kernel, 0123456789, and no table\0'.padEnd(4096, 'x')),
    numbers([names.length], 4),
    padded(Buffer.concat(parts)),
    numbers(
      offsets.filter((_, index) => index % 256 === 0),
      4,
    ),
    padded(order),
    padded(Buffer.concat(strings)),
    numbers(starts, 2),
    Buffer.alloc(64, 0xcc),
  ]);
}

describe('symbols of a kernel image', () => {
  test('are read with their types', () => {
    expect(readKallsyms(rodata(NAMES))).toEqual(NAMES);
  });

  test('are found before a table that orders them', () => {
    const order = Buffer.from(Array.from({ length: NAMES.length * 3 }, (_, index) => (index * 7919) % 251));
    expect(readKallsyms(rodata(NAMES, order))).toEqual(NAMES);
  });

  test('may be longer than one byte can say', () => {
    const long = [...NAMES.slice(0, -1), `t${'long_name_'.repeat(30)}`];
    expect(readKallsyms(rodata(long))).toEqual(long);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['no table', Buffer.alloc(100_000, 0x41)],
    ['the names cut off', rodata(NAMES).subarray(6000)],
    ['the tokens cut off', rodata(NAMES).subarray(0, -400)],
  ])('are not known where there is %s', (_, bytes) => {
    expect(readKallsyms(bytes)).toBeUndefined();
  });
});
