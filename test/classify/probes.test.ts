import { describe, expect, test } from 'vitest';
import { classify } from '../../src/classify/classify.ts';
import type { Stage, StageOf } from '../../src/model/evidence.ts';
import type { Finding } from '../../src/model/finding.ts';
import * as fx from '../fixtures/evidence.ts';

type Probes = NonNullable<StageOf<'map'>['probes']>;

const tried = (...changes: [string, number][]): Probes => changes.map(([change, errno]) => ({ change, errno }));

function first(stages: Stage[], release = '6.1.0-56-cloud-amd64', facts?: Record<string, string>): Finding {
  const greeting = fx.hello({ release, ...(facts && { facts }) });
  const outcome = classify({
    evidence: fx.evidence([...stages, fx.exit({ code: 2 })], greeting),
    attachMode: 'disabled',
    programs: [],
    validationMode: '',
    functionalTests: [],
  });
  if (outcome.status !== 'fail' || !outcome.findings[0]) throw new Error(`no finding: ${outcome.status}`);
  return outcome.findings[0];
}

type MapPart = Parameters<typeof fx.mapFacts>[1];

function map(facts: MapPart, errno: number, probes: Probes, release?: string): Finding {
  const type = facts?.type ?? 'hash';
  const rejected = fx.mapStage('m', { type, errno, probes });
  return first([fx.open({ maps: [fx.mapFacts('m', facts)] }), rejected, fx.loadFailed(errno)], release);
}

describe('a name that no kernel accepts', () => {
  const about = { code: 'OBJECT_NOT_LIBBPF_COMPATIBLE', group: 'object', args: { reason: 'kernel_name' } };
  const mapOf = (name: string): Finding => {
    const rejected = fx.mapStage(name, { type: 'array', errno: -22, probes: tried(['no_flags', -22]) });
    return first([fx.open({ maps: [fx.mapFacts(name, {})] }), rejected, fx.loadFailed(-22)]);
  };

  test('of a map, as far as the kernel sees it', () => {
    expect(mapOf('my-map')).toMatchObject({ ...about, subject: 'my-map' });
    expect(mapOf('a_name_of_15_ch-map').code).not.toBe(about.code);
    expect(mapOf('my.map').code).not.toBe(about.code);
    // libbpf calls the map of a data section obj_rodata.my_st.
    expect(mapOf('.rodata.my-strings').code).not.toBe(about.code);
  });

  test('of a program: the hook is not to blame', () => {
    const failing = (name: string): Finding => {
      const probes = tried(['no_attach_type', 0]);
      const facts = fx.programFacts(name, { section: 'raw_tp/sys_enter', type: 'raw_tracepoint' });
      const rejected = fx.program(name, { section: 'raw_tp/sys_enter', status: 'fail', errno: -22, probes });
      return first([fx.open({ programs: [facts] }), rejected, fx.loadFailed(-22)]);
    };
    expect(failing('p1, p2')).toMatchObject({ ...about, subject: 'p1, p2' });
    expect(failing('p1').code).toBe('UNSUPPORTED_ATTACH_TYPE');
  });
});

describe('maps: the first change the kernel takes names what it rejects', () => {
  test('flags, with those that are newer than the kernel', () => {
    const flags = { type: 'array', flags: 0x1000 | 0x400 };
    const probes = tried(['no_flags', 0]);
    expect(map(flags, -22, probes, '5.8.0-63-generic')).toMatchObject({
      code: 'UNSUPPORTED_MAP_FLAG',
      rollup: 'UNSUPPORTED_MAP_TYPE',
      group: 'kernel',
      confidence: 'high',
      subject: 'm',
      args: { flag: 'BPF_F_INNER_MAP', since: '5.10', reason: 'kernel_too_old' },
    });
    expect(map(flags, -22, probes).args).toMatchObject({
      flag: 'BPF_F_MMAPABLE | BPF_F_INNER_MAP',
      reason: 'refused',
    });
    expect(map({ flags: 0x800000 }, -22, probes).args['flag']).toBe('flags 0x800000');
  });

  test.each([
    ['no memory', -12, 1_000_000, 'OUT_OF_MEMORY', 'map_too_large'],
    ['too big for any machine', -7, 4_000_000_000, 'INVALID_MAP_PARAMS', 'too_large'],
    ['left to the loader', -22, 0, 'LOADER_CONTRACT', 'map_size'],
    ['a wrong number', -22, 3, 'INVALID_MAP_PARAMS', 'max_entries'],
  ])('entries: %s', (_name, errno, entries, code, reason) => {
    const probes = tried(['no_flags', errno], ['one_entry', 0]);
    expect(map({ max_entries: entries }, errno, probes)).toMatchObject({ code, confidence: 'high', args: { reason } });
  });

  test.each([
    ['perf_event_array', 0, 0, 'LOADER_CONTRACT', 'map_key_value'],
    ['stack_trace', 4, 0, 'LOADER_CONTRACT', 'map_key_value'],
    ['ringbuf', 0, 8, 'LOADER_CONTRACT', 'map_key_value'],
    ['array', 8, 8, 'INVALID_MAP_PARAMS', 'key_size'],
    ['stack_trace', 4, 12, 'INVALID_MAP_PARAMS', 'value_size'],
    ['hash', 4, 0, 'INVALID_MAP_PARAMS', 'value_size'],
    ['hash', 9000, 8, 'INVALID_MAP_PARAMS', 'sizes'],
  ])('sizes of %s: key %i, value %i', (type, key_size, value_size, code, reason) => {
    const probes = tried(['one_entry', -22], ['canonical_sizes', 0]);
    expect(map({ type, key_size, value_size }, -22, probes)).toMatchObject({ code, args: { reason } });
  });

  test('what is inside: inner maps, special fields, extra values, the whole', () => {
    expect(map({ type: 'hash_of_maps' }, -22, tried(['inner_map', 0])).args['reason']).toBe('inner_map');
    expect(map({}, -22, tried(['no_btf', 0]))).toMatchObject({
      code: 'UNSUPPORTED_MAP_FLAG',
      args: { reason: 'special_fields' },
    });
    expect(map({}, -22, tried(['no_extra', 0])).args).toMatchObject({ reason: 'map_extra', since: '5.16' });
    expect(map({}, -22, tried(['no_flags', -22], ['canonical', 0]))).toMatchObject({
      code: 'INVALID_MAP_PARAMS',
      args: { reason: 'definition' },
    });
  });

  test('the type, when even a plain map of it is rejected', () => {
    const probes = fx.rejectedProbes();
    expect(map({ type: 'arena' }, -22, probes)).toMatchObject({
      code: 'UNSUPPORTED_MAP_TYPE',
      confidence: 'high',
      args: { reason: 'kernel_too_old', since: '6.9' },
    });
    expect(map({ type: 'xskmap' }, -22, probes).args).toMatchObject({ reason: 'compiled_out', since: '4.18' });
  });

  test('EPERM is a policy, whatever is changed', () => {
    expect(map({}, -1, tried(['no_flags', -1], ['canonical', -1])).code).toBe('CAPABILITY_FAILURE');
  });

  test('probes that say nothing change nothing', () => {
    expect(map({}, -22, tried(['no_flags', -22])).code).toBe('MAP_CREATE_FAILED');
    expect(map({}, -22, [])).toMatchObject({ code: 'MAP_CREATE_FAILED', confidence: 'low' });
  });
});

function program(
  facts: { type: string; section: string; insns?: number },
  errno: number,
  probes: Probes,
  release?: string,
): Finding {
  const { section } = facts;
  const stages = [
    fx.open({ programs: [fx.programFacts('p', facts)] }),
    fx.program('p', { section, status: 'fail', errno, probes }),
    fx.loadFailed(errno),
  ];
  return first(stages, release);
}

describe('programs: the same load with one thing changed', () => {
  const allRejected = tried(['trivial', -22], ['no_flags', -22], ['no_attach_type', -22], ['type_only', -22]);

  test('a type that is too new, and one that was built out', () => {
    const netfilter = { type: 'netfilter', section: 'netfilter' };
    expect(program(netfilter, -22, allRejected)).toMatchObject({
      code: 'UNSUPPORTED_PROGRAM_TYPE',
      confidence: 'high',
      args: { reason: 'kernel_too_old', since: '6.4' },
    });
    expect(program(netfilter, -22, allRejected, '7.3.4-amd64').args).toMatchObject({
      reason: 'compiled_out',
      config: 'CONFIG_NETFILTER_BPF_LINK',
    });
  });

  test('flags of the section', () => {
    const probes = tried(['trivial', -22], ['no_flags', 0]);
    expect(program({ type: 'xdp', section: 'xdp.frags' }, -22, probes)).toMatchObject({
      code: 'UNSUPPORTED_PROGRAM_FLAG',
      rollup: 'UNSUPPORTED_PROGRAM_TYPE',
      args: { reason: 'xdp_frags', since: '5.18' },
    });
    expect(program({ type: 'tracing', section: 'fentry.s/x' }, -22, probes).args['reason']).toBe('sleepable');
    expect(program({ type: 'xdp', section: 'xdp' }, -22, probes).args['reason']).toBe('flags');
  });

  test('the hook', () => {
    const probes = tried(['trivial', -22], ['no_flags', -22], ['no_attach_type', 0]);
    const multi = { type: 'kprobe', section: 'kprobe.multi/x' };
    expect(program(multi, -22, probes, '5.10.0-46')).toMatchObject({
      code: 'UNSUPPORTED_ATTACH_TYPE',
      args: { kind: 'kprobe.multi', since: '5.18', reason: 'kernel_too_old' },
    });
    expect(program(multi, -22, probes, '6.1.0-56').args['reason']).toBe('refused');
  });

  test('the body', () => {
    const probes = tried(['trivial', 0]);
    const tc = { type: 'sched_cls', section: 'tc', insns: 5003 };
    expect(program(tc, -7, probes, '4.19.0-26')).toMatchObject({ code: 'PROGRAM_TOO_LARGE', confidence: 'high' });
    expect(program(tc, -12, probes).code).toBe('OUT_OF_MEMORY');
    expect(program(tc, -22, probes)).toMatchObject({ code: 'VERIFIER_REJECTION', args: { reason: 'no_log' } });
  });

  test('a type that needs a target is never blamed for being rejected without one', () => {
    const tracing = { type: 'tracing', section: 'fentry/migrate_disable' };
    expect(program(tracing, -22, allRejected)).toMatchObject({
      code: 'ATTACH_TARGET_NOT_TRACEABLE',
      args: { reason: 'denied', function: 'migrate_disable' },
    });
    const outside = tried(['trivial', -22], ['no_attach_type', -22], ['other_attach_type', 0]);
    expect(program(tracing, -22, outside).code).toBe('ATTACH_TARGET_NOT_TRACEABLE');
    const alone = tried(['trivial', -22], ['type_only', 0]);
    expect(program(tracing, -22, alone).code).toBe('ATTACH_TARGET_NOT_TRACEABLE');
    expect(program({ type: 'tracing', section: 'fmod_ret/x' }, -22, outside, '5.6.0-amd64')).toMatchObject({
      code: 'UNSUPPORTED_ATTACH_TYPE',
      args: { reason: 'kernel_too_old' },
    });
    expect(program({ type: 'lsm', section: 'lsm/x' }, -22, allRejected).code).toBe('UNKNOWN');
    const tooNew = { type: 'tracing', section: 'fmod_ret/x' };
    expect(program(tooNew, -22, allRejected, '5.6.0-amd64').code).toBe('UNSUPPORTED_ATTACH_TYPE');
  });

  test('EPERM stays a policy', () => {
    const denied = tried(['trivial', -1], ['type_only', -1]);
    expect(program({ type: 'xdp', section: 'xdp' }, -22, denied).group).toBe('policy');
  });
});

describe('EPERM: who forbids it', () => {
  const silent = (facts: Record<string, string>, release?: string) =>
    first([fx.open(), fx.program('handle_exec', { status: 'fail', errno: -1 }), fx.loadFailed(-1)], release, facts);
  const ALL = '000001ffffffffff';

  test.each([
    [{ lockdown: 'none [integrity] confidentiality', cap_eff: ALL }, 'POLICY_DENIED', 'lockdown'],
    [{ cap_eff: '0000000000000000' }, 'CAPABILITY_FAILURE', 'capability'],
    [{ cap_eff: ALL, lsm: 'capability,selinux,bpf' }, 'POLICY_DENIED', 'lsm'],
    [{ cap_eff: ALL, lsm: 'capability,bpf' }, 'POLICY_DENIED', 'unexplained'],
    [{ cap_eff: 'no number' }, 'CAPABILITY_FAILURE', 'capability'],
  ])('%o', (facts, code, reason) => {
    expect(silent(facts)).toMatchObject({ code, args: { reason } });
  });

  test('locked memory on kernels that count it', () => {
    expect(silent({ cap_eff: ALL }, '5.10.0-46').code).toBe('MEMLOCK_LIMIT');
  });
});

test('an arena over memory of the loader is a fault of its definition, and no kernel is to blame', () => {
  const log = "libbpf: map 'arena': failed to mmap arena: -EEXIST\nlibbpf: failed to load object 'x'\n";
  const opened = fx.open({ maps: [fx.mapFacts('arena', { type: 'arena' })] });
  expect(first([opened, fx.loadFailed(-17, { log })])).toMatchObject({
    code: 'INVALID_MAP_PARAMS',
    group: 'object',
    subject: 'arena',
    args: { reason: 'arena_place' },
  });
});
