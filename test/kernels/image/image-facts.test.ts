import { expect, test } from 'vitest';
import { buildIdIn } from '../../../src/kernels/image/image-facts.ts';

function note(name: string, type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(name.length, 0);
  head.writeUInt32LE(value.length, 4);
  head.writeUInt32LE(type, 8);
  const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
  return Buffer.concat([head, padded(Buffer.from(name, 'latin1')), padded(value)]);
}

const ID = Buffer.from('00112233445566778899aabbccddeeff00112233', 'hex');

test('the build id is found among other notes', () => {
  const notes = Buffer.concat([
    note('Xen\0', 3, Buffer.from('abcdef')),
    note('Linux\0', 256, Buffer.alloc(5)),
    note('GNU\0', 3, ID),
  ]);
  expect(buildIdIn(notes)).toBe(ID.toString('hex'));
});

test.each([
  ['none', Buffer.alloc(0)],
  ['other notes alone', note('GNU\0', 5, ID)],
  ['a note that ends beyond the section', note('GNU\0', 3, ID).subarray(0, 20)],
  ['lengths that lie', Buffer.from('ffffffffffffffff03000000', 'hex')],
])('no build id: %s', (_name, notes) => {
  expect(buildIdIn(notes)).toBeUndefined();
});

test('sizes that would lead back to where they stand end the search', () => {
  for (const size of [0xfffffff4, 0xfffffffd, 0x80000000]) {
    const notes = Buffer.alloc(64);
    notes.writeUInt32LE(size, 0);
    notes.writeUInt32LE(1, 8);
    expect(buildIdIn(notes)).toBeUndefined();
    notes.writeUInt32LE(4, 0);
    notes.writeUInt32LE(size, 4);
    expect(buildIdIn(notes)).toBeUndefined();
  }
});
