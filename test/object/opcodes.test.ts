import { expect, test } from 'vitest';
import { backEdgeAt } from '../../src/object/control-flow.ts';
import { isaLevel } from '../../src/object/isa.ts';
import { featureOf, insnAt } from '../../src/object/opcodes.ts';
import { insns } from './elf-builder.ts';

function view(list: Parameters<typeof insns>[0]): DataView {
  return new DataView(insns(list).buffer);
}

test.each([
  ['a move', [0xb7], undefined],
  ['an add in memory', [0xdb, 0x10, 0, 0], undefined],
  ['an add that returns the old value', [0xdb, 0x10, 0, 1], 'fetch_atomics'],
  ['an exchange', [0xdb, 0x10, 0, 0xe1], 'fetch_atomics'],
  ['a load-acquire', [0xdb, 0x10, 0, 0x100], 'acquire_release'],
  ['less than', [0xa5], 'short_jumps'],
  ['a 32-bit jump', [0x16], 'jmp32'],
  ['a long jump', [0x06], 'long_jump'],
  ['a sign-extending load', [0x91], 'sign_extending_load'],
  ['a sign-extending move', [0xbf, 0x10, 8], 'sign_extending_move'],
  ['an address space cast', [0xbf, 0x10, 1, 1], 'address_space_cast'],
  ['a signed division', [0x3f, 0x10, 1], 'signed_division'],
  ['an unsigned division', [0x3f, 0x10, 0], undefined],
  ['a byte swap', [0xd7, 0, 0, 16], 'byte_swap'],
  ['a conversion to big endian', [0xdc, 0, 0, 16], undefined],
  ['a packet load', [0x20], undefined],
  ['may_goto', [0xe5], 'may_goto'],
  ['a call', [0x85], undefined],
  ['a call of a register', [0x8d], 'indirect_call'],
  ['nothing', [0x00], 'unknown_opcode'],
  ['an indirect jump', [0x0d], 'indirect_jump'],
] as const)('%s', (_, insn, feature) => {
  expect(featureOf(insnAt(view([insn]), 0))).toBe(feature);
});

test('instruction sets', () => {
  expect(isaLevel([])).toBe(1);
  expect(isaLevel(['short_jumps', 'fetch_atomics'])).toBe(3);
  expect(isaLevel(['byte_swap', 'jmp32'])).toBe(4);
});

test.each([
  ['straight', [[0xb7], [0x95]], undefined],
  ['forward', [[0x15, 0, 1], [0xb7], [0x95]], undefined],
  ['a loop', [[0xb7], [0x07], [0x15, 0, -2], [0x95]], 2],
  ['a loop by a long jump', [[0xb7], [0x06, 0, 0, -2]], 1],
  ['code that is never reached', [[0x95], [0x05, 0, -1]], undefined],
  ['over a wide load', [[0x18], [0], [0x15, 0, -3], [0x95]], 2],
  [
    'out of the function',
    [
      [0x05, 0, 1000],
      [0x05, 0, -1000],
    ],
    undefined,
  ],
] as const)('back edges: %s', (_, list, at) => {
  expect(backEdgeAt(view(list), list.length)).toBe(at);
});
