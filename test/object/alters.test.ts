import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { alteringPrograms } from '../../src/object/alters.ts';
import { newFlowBudget, writesContext } from '../../src/object/context-writes.ts';
import type { ObjectFacts } from '../../src/object/facts.ts';
import { readObject } from '../../src/object/read-object.ts';
import { example, fixture } from '../e2e/support/places.ts';

function facts(path: string): ObjectFacts {
  const read = readObject(readFileSync(path));
  if (!read.ok) throw new Error(`${path} is not an object`);
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

test('a context that comes to a store by way of calls, callbacks, frames and other programs', () => {
  expect(usesIn(fixture('altering_context'))).toEqual([
    ['in_callback', 'uprobe_write_ctx'],
    ['kept_by_subprogram', 'uprobe_write_ctx'],
    ['behind_two_pointers', 'uprobe_write_ctx'],
    ['in_kernel_function', 'uprobe_write_ctx'],
  ]);
  expect(usesIn(fixture('forge_uprobe'))).toEqual([['forger', 'uprobe_write_ctx']]);
  expect(usesIn(fixture('forge_tail_call'))).toEqual([
    ['writer', 'uprobe_write_ctx'],
    ['forger', 'bpf_tail_call'],
  ]);
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
  const lsm = program('guards', 'lsm/file_permission', 'lsm');
  expect(read(lsm)).toEqual([]);
  expect(read(lsm, program('writes', 'xdp', 'xdp', [36])).map(({ name, uses }) => [name, ...uses])).toEqual([
    ['calls', 'bpf_tail_call'],
    ['guards', 'lsm'],
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
const call = (by: number) => [0x85, 0, 1, 0, by] as const;
const helper = (id: number) => [0x85, 0, 0, 0, id] as const;
const kfunc = [0x85, 0, 2, 0, 7] as const;
const exchange = (to: number, from: number, offset: number) => [0xdb, to, from, offset, 0xe1] as const;
/** A load of the address of a function takes two slots. */
const addressOf = (to: number, by: number): readonly Insn[] => [
  [0x18, to, 4, 0, by],
  [0, 0, 0, 0, 0],
];

/** Where calls and addresses of functions go, as the kernel reckons it. */
function writes(insns: readonly Insn[], budget = newFlowBudget()): boolean {
  const target = (index: number): number | undefined => {
    const [op = 0, , source = 0, , by = 0] = insns[index] ?? [];
    return (op === 0x85 && source === 1) || (op === 0x18 && source === 4) ? index + 1 + by : undefined;
  };
  return writesContext({ code: code(insns), insns: insns.length, target }, budget);
}

test.each<[string, Insn[]]>([
  ['itself', [store(1, 2), EXIT]],
  ['a number into it', [[0x7a, 1, 0, 0, 0], EXIT]],
  ['a byte', [[0x73, 1, 2, 0, 0], EXIT]],
  ['a copy', [move(6, 1), set(1), store(6, 1), EXIT]],
  ['a sum', [set(3), add(3, 1), store(3, 2), EXIT]],
  ['saved and taken back', [store(10, 1, -8), set(1), load(2, 10, -8), store(2, 1), EXIT]],
  ['saved through a copy of the frame', [move(2, 10), store(2, 1, -8), load(3, 2, -8), store(3, 4), EXIT]],
  [
    'a frame that was saved itself',
    [move(2, 10), store(10, 2, -8), store(10, 1, -16), load(3, 10, -8), load(4, 3, -16), store(4, 5), EXIT],
  ],
  ['exchanged', [store(10, 1, -8), set(3), exchange(10, 3, -8), store(3, 2), EXIT]],
  ['only on one path', [[0x15, 2, 0, 1, 0], set(1), store(1, 2), EXIT]],
  ['in a loop, the second time', [store(6, 2), move(6, 1), [0x05, 0, 0, -3, 0], EXIT]],
  ['in a subprogram', [move(3, 1), call(1), EXIT, store(3, 2), EXIT]],
  ['given back', [call(2), store(0, 2), EXIT, move(0, 1), EXIT]],
  ['given back by way of another', [call(2), store(0, 2), EXIT, call(1), EXIT, move(0, 1), EXIT]],
  ['in the frame of the caller', [move(2, 10), call(3), load(3, 10, -8), store(3, 4), EXIT, store(2, 1, -8), EXIT]],
  ['in a callback', [store(10, 1, -8), ...addressOf(2, 3), helper(181), EXIT, load(3, 2), store(3, 4), EXIT]],
  ['a buffer of a kernel function', [set(2), kfunc, EXIT]],
  ['behind a jump that says not where', [set(1), [0x0d, 1, 0, 0, 0]]],
])('a store to the context: %s', (_name, insns) => {
  expect(writes(insns)).toBe(true);
});

test.each<[string, Insn[]]>([
  ['what the register held before', [set(1), store(1, 2), EXIT]],
  ['what stood in it', [load(2, 1), store(2, 1), EXIT]],
  ['after a call', [helper(14), store(1, 2), EXIT]],
  ['onto the stack', [store(10, 1, -8), EXIT]],
  ['another slot', [store(10, 1, -8), store(10, 2, -16), load(3, 10, -16), store(3, 4), EXIT]],
  ['a slot that was used again', [store(10, 1, -8), store(10, 2, -8), load(3, 10, -8), store(3, 4), EXIT]],
  ['half of a slot', [store(10, 1, -8), [0x61, 3, 10, -8, 0], store(3, 4), EXIT]],
  ['an argument beside it', [move(6, 2), call(3), store(0, 6), EXIT, set(0), store(2, 3), set(0), EXIT]],
  ['a kernel function without arguments', [kfunc, EXIT]],
  ['behind the end', [[0x05, 0, 0, 100, 0]]],
])('no store to the context: %s', (_name, insns) => {
  expect(writes(insns)).toBe(false);
});

test('what is not looked at to its end counts', () => {
  expect(writes([set(0), EXIT], { steps: 3 })).toBe(true);
  expect(writes([set(0), EXIT], { steps: 1 })).toBe(true);
  expect(writes([set(0), EXIT], { steps: 4 })).toBe(false);
});
