import { expect, test } from 'vitest';
import { followPointers } from '../../src/object/registers.ts';
import { insns } from './elf-builder.ts';

/** Where register 3 points to at the last instruction. */
function third(list: Parameters<typeof insns>[0]): number | undefined {
  let found: number | undefined;
  const view = new DataView(insns(list).buffer);
  followPointers(
    view,
    list.length,
    1,
    () => undefined,
    (index, _, pointers) => {
      if (index === list.length - 1) found = pointers(3);
    },
  );
  return found;
}

const EXIT = [0x95] as const;
const copy = [0xbf, 0x13] as const;
const add = (value: number) => [0x07, 0x03, 0, value] as const;

test.each([
  ['a copy', [copy, EXIT], 0],
  ['a sum', [copy, add(32), add(-8), EXIT], 24],
  ['before the start', [copy, add(-8), EXIT], undefined],
  ['a number', [[0xb7, 0x03], EXIT], undefined],
  ['what was loaded', [[0x79, 0x13, 8], EXIT], undefined],
  ['after a call', [copy, [0x85, 0, 0, 14], EXIT], undefined],
  ['kept over a call', [[0xbf, 0x16], [0x85, 0, 0, 14], [0xbf, 0x63], EXIT], 0],
  ['a 32-bit copy', [[0xbc, 0x13], EXIT], undefined],
  ['the same on two paths', [copy, [0x15, 2, 1], [0xb7, 0x04], EXIT], 0],
  ['another on the second path', [copy, [0x15, 2, 1], add(8), EXIT], undefined],
  ['a loop', [copy, add(8), [0x15, 2, -2], EXIT], undefined],
  ['exchanged in memory', [copy, [0xdb, 0x3a, -8, 0xe1], EXIT], undefined],
  ['stored', [copy, [0x7b, 0x3a, -8], EXIT], 0],
] as const)('%s', (_, list, offset) => {
  expect(third(list as unknown as Parameters<typeof insns>[0])).toBe(offset);
});
