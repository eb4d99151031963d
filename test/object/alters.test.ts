import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { alteringPrograms } from '../../src/object/alters.ts';
import { contextUse, IN_PROGRAM, IN_SUBPROGRAM } from '../../src/object/context-writes.ts';
import type { ObjectFacts } from '../../src/object/facts.ts';
import { readObject } from '../../src/object/read-object.ts';
import { example, fixture } from '../e2e/support/places.ts';

function facts(path: string): ObjectFacts {
  const read = readObject(readFileSync(path));
  if (!read.ok) throw new Error(`${path} is no object`);
  return read;
}

const usesIn = (path: string) => alteringPrograms(facts(path)).map(({ name, uses }) => [name, ...uses]);

test('helpers, also in subprograms, and kinds of programs', () => {
  expect(usesIn(fixture('altering'))).toEqual([
    ['writes_user', 'bpf_probe_write_user'],
    ['overrides', 'bpf_override_return'],
    ['modifies', 'fmod_ret'],
    ['writable', 'raw_tp.w'],
    ['runs_bpf', 'bpf_sys_bpf'],
  ]);
});

test('a uprobe that stores to its context, and none that only reads it', () => {
  expect(usesIn(fixture('altering_registers'))).toEqual([['answers_zero', 'uprobe_write_ctx']]);
});

test.each(['simple-pass', 'ringbuf-modern', 'fentry-unlink'])('%s can alter nothing', (name) => {
  expect(usesIn(example(name))).toEqual([]);
});

test('a tail call alters only beside a program that does, and then a struct_ops map does as a whole', () => {
  expect(usesIn(fixture('altering_tail_calls'))).toEqual([]);
  expect(usesIn(fixture('altering_with_others'))).toEqual([
    ['ssthresh', 'bpf_tail_call'],
    ['cong_avoid', 'struct_ops'],
    ['undo_cwnd', 'struct_ops'],
    ['writes_user', 'bpf_probe_write_user'],
  ]);
});

test('what goes live with such a program counts as one', () => {
  const program = (name: string, section: string, type: string, helpers: number[] = []) => ({
    name,
    section,
    kind: { type, attachType: '' },
    helpers: new Map(helpers.map((id) => [id, 0])),
    layout: { parts: [] },
  });
  const programs = [
    program('calls', 'xdp', 'xdp', [12]),
    program('plain', 'xdp', 'xdp'),
    program('member', 'struct_ops/a', 'struct_ops'),
  ];
  const read = (...more: ReturnType<typeof program>[]) =>
    alteringPrograms({ programs: [...programs, ...more], functions: [] } as unknown as ObjectFacts);
  expect(read()).toEqual([]);
  expect(read(program('writes', 'struct_ops/b', 'struct_ops', [36])).map(({ name, uses }) => [name, ...uses])).toEqual([
    ['calls', 'bpf_tail_call'],
    ['member', 'struct_ops'],
    ['writes', 'bpf_probe_write_user'],
  ]);
});

/** Instructions as `code destination source offset immediate`. */
type Insn = readonly [number, number, number, number, number];

function code(insns: readonly Insn[]): DataView {
  const view = new DataView(new ArrayBuffer(insns.length * 8));
  for (const [at, [op, destination, source, offset, immediate]] of insns.entries()) {
    view.setUint8(at * 8, op);
    view.setUint8(at * 8 + 1, destination | (source << 4));
    view.setInt16(at * 8 + 2, offset, true);
    view.setInt32(at * 8 + 4, immediate, true);
  }
  return view;
}

const EXIT = [0x95, 0, 0, 0, 0] as const;
const move = (to: number, from: number) => [0xbf, to, from, 0, 0] as const;
const add = (to: number, from: number) => [0x0f, to, from, 0, 0] as const;
const set = (to: number) => [0xb7, to, 0, 0, 0] as const;
const store = (to: number, from: number, offset = 0) => [0x7b, to, from, offset, 0] as const;
const load = (to: number, from: number, offset = 0) => [0x79, to, from, offset, 0] as const;
const use = (insns: readonly Insn[], start = IN_PROGRAM) => contextUse(code(insns), insns.length, start);

test.each<[string, Insn[], boolean]>([
  ['itself', [store(1, 2), EXIT], true],
  ['a number into it', [[0x7a, 1, 0, 0, 0], EXIT], true],
  ['a copy', [move(6, 1), set(1), store(6, 1), EXIT], true],
  ['a sum', [set(3), add(3, 1), store(3, 2), EXIT], true],
  ['saved and taken back', [store(10, 1, -8), set(1), load(2, 10, -8), store(2, 1), EXIT], true],
  ['saved through a copy of the frame', [move(2, 10), store(2, 1, -8), load(3, 2, -8), store(3, 4), EXIT], true],
  ['only on one path', [[0x15, 2, 0, 1, 0], set(1), store(1, 2), EXIT], true],
  ['what the register held before', [set(1), store(1, 2), EXIT], false],
  ['what stood in it', [load(2, 1), store(2, 1), EXIT], false],
  ['after a call', [[0x85, 0, 0, 0, 14], store(1, 2), EXIT], false],
  ['onto the stack', [store(10, 1, -8), EXIT], false],
  ['behind the end', [[0x05, 0, 0, 100, 0]], false],
])('a store to the context: %s', (_name, insns, writes) => {
  expect(use(insns).writes).toBe(writes);
});

test('a subprogram may be given the context, in an argument or on the stack', () => {
  expect(use([[0x85, 0, 1, 0, 5], EXIT]).passes).toBe(true);
  expect(use([set(1), [0x85, 0, 1, 0, 5], EXIT]).passes).toBe(false);
  // A callback of a helper gets what lies on the stack.
  expect(use([store(10, 1, -8), set(1), [0x85, 0, 0, 0, 181], EXIT]).passes).toBe(true);
  expect(use([[0x85, 0, 0, 0, 25], EXIT]).passes).toBe(false);
  expect(use([load(2, 1), store(2, 3), EXIT], IN_SUBPROGRAM).writes).toBe(true);
});
