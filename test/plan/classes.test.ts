import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readBtf } from '../../src/object/btf.ts';
import { readObject } from '../../src/object/read-object.ts';
import { sectionKind } from '../../src/object/sections.ts';
import { attachOptions, GENERAL_OPTIONS } from '../../src/plan/classes/attach-options.ts';
import { boundedNeeds, classesOf, traitsOf } from '../../src/plan/classes/classes.ts';
import type { KernelFacts } from '../../src/plan/classes/kernel-facts.ts';
import { indexKernel } from '../../src/plan/classes/kernel-index.ts';
import { needsOf } from '../../src/plan/classes/needs.ts';
import { traitOf } from '../../src/plan/classes/traits.ts';
import { VERIFIER_MARKS } from '../../src/plan/classes/verifier-marks.ts';
import { buildBtf } from '../object/elf-builder.ts';

const KIND = sectionKind('kprobe');

const [INT, STRUCT, UNION, ENUM] = [1 << 24, 4 << 24, 5 << 24, 6 << 24];

/** BTF with one structure of integers at these bits, and one enumeration. */
function kernelBtf(
  name: string,
  members: Readonly<Record<string, number>>,
  values: Readonly<Record<string, number>> = {},
) {
  let text = '\0';
  const at = (word: string): number => {
    const offset = text.length;
    text += `${word}\0`;
    return offset;
  };
  const [fields, enumerators] = [Object.entries(members), Object.entries(values)];
  const words = [
    ...[at('int'), INT, 4, 32],
    ...[at(name), STRUCT | fields.length, 64, ...fields.flatMap(([field, bit]) => [at(field), 1, bit])],
    ...[at('some'), ENUM | enumerators.length, 4, ...enumerators.flatMap(([word, value]) => [at(word), value])],
  ];
  const btf = readBtf(buildBtf(words, Buffer.from(text)));
  if ('problem' in btf) throw new Error(btf.problem);
  return btf;
}

const kernel = (facts: Partial<KernelFacts> = {}): KernelFacts => ({
  release: '6.1.0-1-amd64',
  btf: undefined,
  symbols: [],
  config: '',
  modules: () => [],
  ...facts,
});
const respond = (facts: Partial<KernelFacts>, kind: Parameters<typeof traitOf>[1]['kind'], name: string): string =>
  traitOf(indexKernel(kernel(facts)), { kind, name });

function objectFacts(path: string) {
  const facts = readObject(readFileSync(path));
  if (!facts.ok) throw new Error(path);
  return facts;
}

describe('what a kernel has of a need', () => {
  test('is the place of a field, also in a structure without a name and of a flavor', () => {
    const field = (bit: number) =>
      respond({ btf: kernelBtf('task', { pid: bit }) }, 'field', 'byte_off struct task___old.pid');
    expect(field(64)).toBe(field(64));
    expect(field(64)).not.toBe(field(96));
    expect(respond({ btf: kernelBtf('task', { pid: 0 }) }, 'field', 'byte_off struct task.gone')).toBe('none');
  });

  test('is not known of a field whose type only a module has: its layout is in no index', () => {
    const field = (release: string, modules: KernelFacts['modules']) =>
      respond({ release, modules, btf: kernelBtf('other', { a: 0 }) }, 'field', 'byte_off struct inode_x___old.a');
    for (const modules of [() => ['xfs'], undefined]) expect(field('6.1.1', modules)).not.toBe(field('6.1.2', modules));
    expect(field('6.1.1', () => [])).toBe(field('6.1.2', () => []));
  });

  test('is only whether a field is there, where the object needs no more', () => {
    const exists = (bit: number) =>
      respond({ btf: kernelBtf('task', { pid: bit }) }, 'field', 'field_exists struct task.pid');
    expect(exists(64)).toBe(exists(96));
  });

  test('is the value of an enumerator', () => {
    const value = (number: number) =>
      respond({ btf: kernelBtf('x', { a: 0 }, { ONE: number }) }, 'field', 'enumval_value enum some___new::ONE___new');
    expect(value(1)).not.toBe(value(2));
    expect(value(1)).toBe(value(1));
  });

  test('is how many functions have a name, and whether the compiler changed it', () => {
    const words = [['Tvfs_read'], ['Tvfs_read', 'tvfs_read'], [], ['tvfs_read.isra.0']].map((symbols) =>
      respond({ symbols }, 'function', 'vfs_read'),
    );
    expect(new Set(words).size).toBe(4);
    expect(respond({ symbols: ['Tvfs_read', 'tvfs_read.cold'] }, 'function', 'vfs_read')).toBe(words[0]);
  });

  test('of a function with a union argument is whether the kernel traces it, and of another one is not', () => {
    const [proto, func] = [13 << 24, 12 << 24];
    const text = '\0int\0addr\0net_bind\0bpf_verifier_env\0liveness\0older\0';
    const at = (word: string): number => text.indexOf(`\0${word}\0`) + 1;
    const known = (argument: number, member: string) => {
      const words = [
        ...[at('int'), INT, 4, 32],
        ...[at('addr'), UNION | 1, 4, at('int'), 1, 0],
        ...[0, proto | 1, 1, 0, argument],
        ...[at('net_bind'), func, 3],
        ...[at('bpf_verifier_env'), STRUCT | 1, 4, at(member), 1, 0],
      ];
      const btf = readBtf(buildBtf(words, Buffer.from(text)));
      if ('problem' in btf) throw new Error(btf.problem);
      return respond({ btf, symbols: ['Tnet_bind'] }, 'function', 'net_bind');
    };
    expect(known(2, 'liveness')).not.toBe(known(2, 'older'));
    expect(known(1, 'liveness')).toBe(known(1, 'older'));
  });

  test('is the record of a tracepoint, of its own or of those that begin with the same word', () => {
    const record = (name: string, bit: number) =>
      respond({ btf: kernelBtf(`trace_event_raw_${name}`, { pid: bit }) }, 'record', 'sched/sched_process_free');
    for (const name of ['sched_process_free', 'sched_process_template'])
      expect(record(name, 64)).not.toBe(record(name, 96));
    expect(record('block_rq', 64)).toBe(record('block_rq', 96));
  });

  test('is what a pattern finds', () => {
    expect(respond({ symbols: ['Tvfs_read'] }, 'function', 'vfs_*')).not.toBe(respond({}, 'function', 'vfs_*'));
  });

  test.each([
    ['function', 'nf_x'],
    ['variable', 'nf_x'],
    ['tracepoint', 'nf/nf_x'],
    ['raw_tracepoint', 'nf_x'],
    ['type', 'nf_x'],
  ] as const)('is not known of a %s that only a module has: no index has prototypes and types', (kind, name) => {
    const owned = (release: string, modules: readonly string[]) => {
      return respond({ release, modules: () => modules, btf: kernelBtf('other', { a: 0 }) }, kind, name);
    };
    expect(owned('6.1.1', ['nf'])).toBe(owned('6.1.1', ['nf']));
    expect(owned('6.1.1', ['nf'])).not.toBe(owned('6.1.2', ['nf']));
    expect(owned('6.1.1', [])).toBe(owned('6.1.2', []));
  });

  test('is the value of an option, of which no other begins alike', () => {
    const config = 'CONFIG_BPF_X=y\nCONFIG_BPF=m\n';
    expect(respond({ config }, 'option', 'CONFIG_BPF')).toBe('m');
    expect(respond({ config }, 'option', 'CONFIG_B')).toBe('not set');
  });

  test('is nothing where nothing is known: each release is then apart', () => {
    for (const [kind, name] of [
      ['function', 'f'],
      ['option', 'CONFIG_X'],
      ['type', 'x'],
      ['verifier', 'a.b'],
    ] as const) {
      const nothing = { symbols: undefined, config: undefined, modules: undefined };
      expect(respond({ ...nothing, release: '6.1.1' }, kind, name)).not.toBe(
        respond({ ...nothing, release: '6.2.1' }, kind, name),
      );
    }
  });

  test('is no number of a vendor that carries features back', () => {
    const since = (release: string) => respond({ release }, 'since', '5.18');
    expect(since('6.1.0')).toBe(since('6.12.0'));
    expect(since('6.1.0')).not.toBe(since('5.15.0'));
    expect(since('5.14.0-362.el9.x86_64')).not.toBe(since('5.14.0-503.el9.x86_64'));
  });
});

describe('what matters to an object', () => {
  const needs = needsOf(objectFacts('examples/ringbuf-modern/ringbuf_modern.bpf.o')).map(
    ({ kind, name }) => `${kind} ${name}`,
  );

  test('is what attaching needs of the build, and what any object does', () => {
    const options = (section: string, type: string) => attachOptions({ section, kind: { ...KIND, type } });
    expect(options('kprobe.multi/vfs_*', 'kprobe')).toContain('CONFIG_FPROBE');
    expect(options('kprobe/vfs_read', 'kprobe')).not.toContain('CONFIG_FPROBE');
    expect(options('uretprobe.s//bin/sh:main', 'kprobe')).toContain('CONFIG_UPROBE_EVENTS');
    expect(options('fentry/vfs_read', 'tracing')).toContain('CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS');
    for (const name of GENERAL_OPTIONS) expect(needs).toContain(`option ${name}`);
  });

  test('is not known of an object that could not be read whole', () => {
    const facts = objectFacts('examples/ringbuf-modern/ringbuf_modern.bpf.o');
    expect(boundedNeeds(facts)).toBeDefined();
    expect(boundedNeeds({ ...facts, problems: ['sections lie over each other'] })).toBeUndefined();
    expect(boundedNeeds(undefined)).toBeUndefined();
  });

  test('is its helpers, map types, targets and the marks of the verifier', () => {
    expect(needs).toContain('enumerator BPF_MAP_TYPE_RINGBUF');
    expect(needs).toContain('helper bpf_ringbuf_reserve');
    expect(needs.filter((need) => need.startsWith('verifier')).length).toBeGreaterThan(3);
    expect(needs).toEqual([...new Set(needs)].sort());
  });

  test('is the record of a tracepoint where the object reads it by a structure of its own', () => {
    const of = (name: string) => needsOf(objectFacts(`test/confusion/objects/${name}.bpf.o`));
    const record = { kind: 'record', name: 'sched/sched_process_free' };
    expect(of('attach_tracepoint_lost_field')).toContainEqual(record);
    expect(needs.filter((need) => need.startsWith('record'))).toEqual([]);
  });

  test('is how the verifier looks at the stack of callbacks, where it has some', () => {
    const liveness = { kind: 'verifier', name: 'bpf_verifier_env.liveness' };
    expect(needsOf(objectFacts('test/confusion/objects/tail_call_callback.bpf.o'))).toContainEqual(liveness);
  });

  test('leaves out marks about what it does not do', () => {
    const concerned = VERIFIER_MARKS.filter(({ concerns }) => concerns !== undefined).map(({ member }) => member);
    for (const member of concerned) expect(needs).not.toContain(`verifier ${member}`);
  });

  test('is not known of what is no object', () => {
    expect(boundedNeeds(undefined)).toBeUndefined();
  });
});

describe('what a hostile file names', () => {
  test('is found or not in little time: a pattern of functions with many stars', () => {
    const symbols = [`T${'a'.repeat(60)}`, 'Tvfs_read'];
    const started = performance.now();
    expect(respond({ symbols }, 'function', `${'?*'.repeat(30)}Z`)).toBe('pattern false');
    expect(respond({ symbols }, 'function', 'vfs_*')).toBe('pattern true');
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test('is found or not in little time: structures without a name that lead to each other', () => {
    const count = 40;
    const loop = Array.from({ length: count }, (_, at) => [0, 2, at * 32]).flat();
    const words = [1, INT, 4, 32, 5, STRUCT | count, count * 4, ...loop];
    const btf = readBtf(buildBtf(words, Buffer.from('\0int\0task\0')));
    if ('problem' in btf) throw new Error(btf.problem);
    const started = performance.now();
    expect(respond({ btf }, 'field', 'byte_off struct task.pid')).toBe('none');
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('classes', () => {
  const needs = [{ kind: 'option', name: 'CONFIG_X' }] as const;
  const one = (config: string, required = false) => ({
    traits: traitsOf(kernel({ config }), [needs])[0],
    setting: '',
    required,
  });

  test('hold kernels with the same results, in their order, and say what sets them apart', () => {
    const [on, off] = ['CONFIG_X=y\n', ''];
    expect(classesOf([one(on), one(off), one(on)], needs)).toEqual([
      { sample: 0, kernels: [0, 2], known: true, differs: [] },
      { sample: 1, kernels: [1], known: true, differs: needs },
    ]);
  });

  test('are tested on a kernel that decides, where they have one', () => {
    expect(classesOf([one(''), one('', true)], needs)).toMatchObject([{ sample: 1, kernels: [0, 1] }]);
  });

  test('never hold a kernel of which nothing is known, or one of another setting', () => {
    const unknown = { traits: undefined, setting: '', required: true };
    expect(classesOf([unknown, unknown])).toMatchObject([{ known: false }, { known: false }]);
    expect(classesOf([one(''), { ...one(''), setting: 'aarch64' }], needs)).toHaveLength(2);
  });
});
