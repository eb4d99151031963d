import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contractFacts } from '../../src/object/contract.ts';
import type { ObjectFacts } from '../../src/object/facts.ts';
import { floorsOf } from '../../src/object/floor.ts';
import { lineAtOffset } from '../../src/object/lines.ts';
import { predict } from '../../src/object/predict.ts';
import { coreAccesses, readObject, sourceLine } from '../../src/object/read-object.ts';
import { buildElf, insns } from './elf-builder.ts';
import { compile } from './libbpf-view.ts';

let dir = '';
let layout: ObjectFacts;
let layoutV1: ObjectFacts;
let kinds: ObjectFacts;

function read(bytes: Uint8Array): ObjectFacts {
  const facts = readObject(bytes);
  if (!facts.ok) throw new Error(facts.problem.message);
  return facts;
}

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'bpfcompat-object-'));
  layout = read(readFileSync(compile('layout', dir)));
  layoutV1 = read(readFileSync(compile('layout', dir, 'v1')));
  kinds = read(readFileSync(compile('kinds', dir)));
}, 300_000);

afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Line of `test/object/bpf/NAME.bpf.c` that holds `text`. */
function lineWith(name: string, text: string): number {
  const source = readFileSync(join(import.meta.dirname, 'bpf', `${name}.bpf.c`), 'utf8').split('\n');
  return source.findIndex((line) => line.includes(text)) + 1;
}

test('what is not an object', () => {
  expect(readObject(new Uint8Array())).toMatchObject({ ok: false, problem: { reason: 'empty' } });
  expect(readObject(new TextEncoder().encode('#!/bin/sh'))).toMatchObject({
    ok: false,
    problem: { reason: 'not_elf' },
  });
});

describe('programs', () => {
  const part = ({ programs }: ObjectFacts, name: string) => programs.find((program) => program.name === name);

  test('subprograms follow in the order of the first calls, what handles exceptions last', () => {
    expect(part(layout, 'late')?.subprograms).toEqual(['deepest', 'shared', 'middle']);
    expect(part(layout, 'first')?.subprograms).toEqual(['shared', 'middle', 'deepest']);
    expect(part(layout, 'second')?.subprograms).toEqual(['each']);
    expect(part(layout, 'throws')?.subprograms).toEqual(['shared', 'middle', 'deepest', 'handler']);
  });

  test('what they use', () => {
    expect(part(layout, 'optional')).toMatchObject({ section: 'xdp.frags', autoload: false });
    expect([...(part(layout, 'second')?.helpers.keys() ?? [])].sort((a, b) => a - b)).toEqual([1, 181]);
    expect(part(layout, 'second')?.maps.toSorted()).toEqual(['.rodata', 'locked', 'outer_map']);
    expect(
      part(kinds, 'guarded')
        ?.externs.map(({ name, kind, weak }) => `${name} ${kind} ${weak}`)
        .sort(),
    ).toEqual(['CONFIG_HZ kconfig true', 'init_task ksym true', 'runqueues ksym false', 'some_kfunc kfunc true']);
  });
});

test('maps', () => {
  expect(layout.maps.filter(({ origin }) => origin === 'btf')).toMatchObject([
    { name: 'outer_map', type: 'hash_of_maps', inner: { type: 'array', valueSize: 8, keyType: '__u32' } },
    { name: 'locked', pinning: 'by_name', flags: 1, valueType: 'struct guarded', valueFields: ['bpf_spin_lock'] },
  ]);
  expect(layout.maps.filter(({ origin }) => origin === 'data').map(({ name }) => name)).toContain('.rodata');
  expect(layout.settings).toEqual(['setting']);
});

describe('source lines', () => {
  test('of the program and of a function behind it', () => {
    const call = layout.programs.find(({ name }) => name === 'late')?.layout.parts[1];
    const inside = sourceLine(layout, { section: 'tp_btf/sys_enter', name: 'late' }, call?.start ?? -1);
    expect(inside).toMatchObject({ function: 'deepest', certainty: 'table', insn: call?.start });
    expect(inside?.line).toBeGreaterThanOrEqual(lineWith('layout', 'int deepest(int a)'));
    const helper = kinds.programs.find(({ name }) => name === 'guarded')?.helpers.get(208);
    expect(sourceLine(kinds, { name: 'guarded' }, helper ?? -1)).toMatchObject({
      line: lineWith('kinds', 'bpf_ktime_get_tai_ns()'),
      text: '\t\tsum += bpf_ktime_get_tai_ns();',
      function: 'guarded',
    });
  });

  test('nothing for what is not there', () => {
    const program = { name: 'late' };
    for (const insn of [-1, 1.5, Number.NaN, 1e9]) expect(sourceLine(layout, program, insn)).toBeUndefined();
    expect(sourceLine(layout, { name: 'nobody' }, 0)).toBeUndefined();
    expect(lineAtOffset(layout, 'nowhere', 0)).toBeUndefined();
  });

  test('by section and byte', () => {
    const second = layout.functions.find(({ name }) => name === 'second');
    expect(lineAtOffset(layout, 'socket', second?.offset ?? -1)).toMatchObject({ function: 'second', insn: undefined });
  });
});

test('CO-RE accesses as libbpf writes them', () => {
  const words = coreAccesses(kinds, { name: 'guarded' }).map(({ kind, access }) => `${kind} ${access}`);
  expect(new Set(words)).toEqual(
    new Set([
      'byte_off struct task_struct.mm',
      'byte_off struct mm_struct.map_count',
      'byte_off struct task_struct.inside',
      'field_exists struct task_struct.comm',
      'byte_off struct task_struct.comm[3]',
      'enumval_exists enum kinds::KIND_TWO',
    ]),
  );
  expect(coreAccesses(kinds, { name: 'many' })).toEqual([]);
});

describe('floors', () => {
  const floor = (facts: ObjectFacts, name: string) => {
    const found = floorsOf(facts).programs.find(({ program }) => program === name);
    return [found?.hard?.version, found?.soft?.version, found?.attach?.version, found?.guarded];
  };

  test('of programs', () => {
    expect(floor(kinds, 'guarded')).toEqual(['5.10', '6.1', '5.10', true]);
    expect(floor(kinds, 'many')).toEqual(['4.17', '4.17', '5.18', false]);
    expect(floor(kinds, 'placeholder')).toEqual(['5.5', '5.5', '5.5', false]);
    expect(floor(layoutV1, 'first')).toEqual(['5.3', '5.3', '5.3', true]);
    expect(floor(layout, 'second')).toEqual(['5.13', '5.17', '5.13', true]);
    expect(floor(layout, 'throws')).toEqual(['5.14', '5.14', '5.14', false]);
  });

  test('of the object: programs behind "?" do not count', () => {
    expect(floorsOf(layout)).toMatchObject({
      hard: { version: '5.14', because: { subject: { name: 'throws' }, name: 'syscall' } },
      soft: { version: '5.17', because: { subject: { name: 'second' }, name: 'bpf_loop' } },
    });
  });

  test.each([
    ['4.19.0', 'refused'],
    ['5.10.0-31-amd64', 'refused'],
    ['5.14.0-427.el9.x86_64', 'unknown'],
    ['5.15.0', 'unknown'],
    ['4.18.0-553.el8_10.x86_64', 'unknown'],
    ['6.1.0-40-amd64', 'loads'],
    ['what is this', 'unknown'],
  ] as const)('prediction for %s: %s', (release, verdict) => {
    expect(predict(layout, release).verdict).toBe(verdict);
  });

  test('a helper that no table lists leaves it open', () => {
    const code = insns([[0x85, 0, 0, 4000], [0x85, 0, 0, -1], [0x95]]);
    const section = { name: 'xdp', executable: true, bytes: code };
    const facts = read(buildElf([section], [{ name: 'f', section: 'xdp', size: 24 }]));
    expect(predict(facts, '6.1.0')).toMatchObject({ verdict: 'unknown', why: 'helper 4000, program f' });
  });

  test('the floor that is reported is that of a helper where it is higher', () => {
    const code = insns([[0x85, 0, 0, 181], [0xb7, 0, 0, 0], [0x95]]);
    const section = { name: 'xdp', executable: true, bytes: code };
    const facts = read(buildElf([section], [{ name: 'f', section: 'xdp', size: 24 }]));
    const reported = { floor: '5.17', why: 'helper bpf_loop, program f' };
    expect(predict(facts, '4.4.0')).toMatchObject({ verdict: 'refused', ...reported });
    expect(predict(facts, '6.1.0')).toMatchObject({ verdict: 'loads', ...reported });
  });

  test('a prediction says why, and whether it can be attached', () => {
    const all = predict(kinds, '5.15.0');
    expect(all.programs.find(({ program }) => program === 'many')).toMatchObject({
      verdict: 'loads',
      attach: 'refused',
    });
    expect(predict(kinds, '5.4.0')).toMatchObject({
      floor: '5.10',
      why: "the kernel's variable runqueues, program guarded",
    });
  });
});

test('what is left to the loader', () => {
  expect(contractFacts(kinds).map(({ reason, subject }) => `${reason} ${subject}`)).toEqual([
    'map_size unsized',
    'map_key_value stacks',
    'inner_map of_anything',
    'btf_target placeholder',
    'unknown_section foreign',
  ]);
});

test('an object of another loader: maps in their own section, no BTF, no licence', () => {
  const definition = new Uint8Array(Uint32Array.from([2, 4, 8, 16, 0]).buffer);
  const facts = read(
    buildElf(
      [
        { name: 'lirc_mode2/raw', executable: true, bytes: insns([[0xb7], [0x95]]) },
        { name: 'maps/counts', bytes: definition },
      ],
      [
        { name: 'decode', section: 'lirc_mode2/raw', size: 16 },
        { name: 'counts', section: 'maps/counts', size: 20, info: 0x11 },
      ],
    ),
  );
  expect(facts.maps).toMatchObject([{ name: 'counts', type: 'array', origin: 'legacy', valueSize: 8, maxEntries: 16 }]);
  expect(contractFacts(facts).map(({ reason }) => reason)).toEqual([
    'missing_btf',
    'missing_license',
    'legacy_map',
    'unknown_section',
  ]);
});
