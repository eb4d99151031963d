import { expect, test } from 'vitest';
import { stackCounters } from '../../src/object/stack-counters.ts';
import { insns } from './elf-builder.ts';

type Slot = readonly [code: number, destination: number, source: number, offset: number, immediate: number];

const CALL: Slot = [0x85, 0, 0, 0, 1];
const EXIT: Slot = [0x95, 0, 0, 0, 0];
const LOAD: Slot = [0x61, 1, 10, -4, 0];
const ADD: Slot = [0x07, 1, 0, 0, 1];
const STORE: Slot = [0x63, 10, 1, -4, 0];
const frame = (register: number): Slot => [0xbf, register, 10, 0, 0];
const plus = (register: number, immediate: number): Slot => [0x07, register, 0, 0, immediate];
/** `if r0 > 63 goto`, which leaves the loop or not. */
const backTo = (offset: number): Slot => [0x25, 1, 0, offset, 63];

function countersAt(at: number, slots: readonly Slot[]) {
  const list = slots.map(([code, to, from, offset, immediate]) => [code, (from << 4) | to, offset, immediate] as const);
  return stackCounters(new DataView(insns(list).buffer), slots.length, at);
}

test('a counter whose address the loop passes on', () => {
  const loop = [frame(2), plus(2, -4), CALL, LOAD, ADD, STORE, backTo(-7), EXIT];
  expect(countersAt(6, loop)).toEqual([{ insn: 4, offset: -4, width: 4, passed: true }]);
});

test('a function of the program that gets the address is followed by the verifier', () => {
  const loop = [frame(2), plus(2, -4), [0x85, 0, 1, 0, 3] as const, LOAD, ADD, STORE, backTo(-7), EXIT];
  expect(countersAt(6, loop)).toEqual([{ insn: 4, offset: -4, width: 4, passed: false }]);
});

test('a counter of eight bytes whose address is taken outside the loop only', () => {
  const loop: readonly Slot[] = [
    ...[frame(2), plus(2, -8), CALL],
    ...([[0x79, 1, 10, -8, 0], ADD, [0x7b, 10, 1, -8, 0], backTo(-4), EXIT] as const),
  ];
  expect(countersAt(6, loop)).toEqual([{ insn: 4, offset: -8, width: 8, passed: false }]);
});

test('what is counted elsewhere, in a register, or behind the loop is none', () => {
  expect(countersAt(2, [CALL, ADD, backTo(-3), EXIT])).toEqual([]);
  expect(countersAt(1, [CALL, backTo(-2), LOAD, ADD, STORE, EXIT])).toEqual([]);
  expect(countersAt(3, [[0x61, 1, 7, -4, 0], ADD, [0x63, 7, 1, -4, 0], backTo(-4), EXIT])).toEqual([]);
  expect(countersAt(9, [LOAD, ADD, STORE, EXIT])).toEqual([]);
});

test('a loop inside of the counted one is no reason to doubt it where it counts in a register, and is otherwise', () => {
  const inner = (first: Slot): readonly Slot[] => [first, backTo(-2), LOAD, ADD, STORE, backTo(-6), EXIT];
  expect(countersAt(1, inner([0x07, 3, 0, 0, 1]))).toMatchObject([{ insn: 3 }]);
  expect(countersAt(1, inner(CALL))).toEqual([]);
});

test('a loop that has no end, or ends by something else, does not lack what it counts', () => {
  const jump = (offset: number): Slot => [0x05, 0, 0, offset, 0];
  expect(countersAt(3, [LOAD, ADD, STORE, CALL, jump(-5), EXIT])).toEqual([]);
  /** `if r0 == 0 goto`, out of the loop. */
  const until: Slot = [0x15, 0, 0, 1, 0];
  expect(countersAt(3, [LOAD, ADD, STORE, CALL, until, jump(-6), EXIT])).toEqual([]);
  const limit: Slot = [0x2d, 1, 7, 1, 0];
  expect(countersAt(3, [CALL, LOAD, ADD, STORE, limit, jump(-6), EXIT])).toMatchObject([{ insn: 2 }]);
});
