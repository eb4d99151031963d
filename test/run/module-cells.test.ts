import { describe, expect, test } from 'vitest';
import type { CellResult } from '../../src/model/cell.ts';
import { HostError } from '../../src/model/errors.ts';
import type { Evidence } from '../../src/model/evidence.ts';
import type { ModuleRules } from '../../src/model/kernel-modules.ts';
import { type Modules, namesAhead, runWithModules } from '../../src/run/module-cells.ts';
import { missingNames, namesOfModules } from '../../src/run/needed-names.ts';
import { exit, hello, open, symbol } from '../fixtures/evidence.ts';

const RULES: ModuleRules = { onDemand: true, load: [], forbid: [] };
const PASS = { status: 'pass', findings: [] } as const;
const FAIL = { status: 'fail', failedStage: 'attach', findings: [] } as const;
const INFRA = { status: 'infra_error', cause: 'guest_crash', message: 'it went down' } as const;

const absent = { kallsyms: [] as { type: string; module: string }[], btf: false };

function resultOf(outcome: CellResult['outcome'], stages: Evidence['stages']): CellResult {
  return { outcome, evidence: { hello: hello(), stages, document: undefined } } as unknown as CellResult;
}

/** Names, and the one module that has each. */
function shelf(owners: Readonly<Record<string, string>>, part: Partial<Modules> = {}): Modules {
  return {
    choose: async (needed, { load }) => {
      const expected = new Map<string, string[]>(load.map((name) => [name, []]));
      for (const { name } of needed) {
        const owner = owners[name];
        if (owner !== undefined) expected.set(owner, [...(expected.get(owner) ?? []), name]);
      }
      const nowhere = needed.map(({ name }) => name).filter((name) => owners[name] === undefined);
      const modules = [...expected].map(([name, names]) => ({ name, names }));
      return { modules, ambiguous: [], forbidden: [], nowhere };
    },
    look: async (names) => ({ found: names.map(() => 'module' as const), all: names }),
    sizes: async (names) => names.map((name) => ({ name, size: 100 })),
    read: async (names) => names.map((name) => ({ name, bytes: Buffer.from(name) })),
    ...part,
  };
}

/** Guests whose result depends on the modules that they were given. */
function cell(respond: (modules: readonly string[]) => CellResult) {
  const requests: string[][] = [];
  const request = async (modules: readonly { readonly name: string }[]): Promise<CellResult> => {
    const names = modules.map(({ name }) => name);
    requests.push(names);
    return respond(names);
  };
  return { requests, request };
}

const never = new AbortController().signal;
const NOTHING = { modules: [], ambiguous: [], forbidden: [], nowhere: [] };
const took = (names: readonly string[], errno = 0) => exit({ modules: names.map((name) => ({ name, errno })) });

describe('a cell', () => {
  test('that misses nothing never looks into the modules', async () => {
    const { request, requests } = cell(() => resultOf(PASS, [open()]));
    const result = await runWithModules(request, RULES, () => Promise.reject(new Error('opened')), never);
    expect(requests).toEqual([[]]);
    expect(result.modules).toBeUndefined();
  });

  test('is tried again with the module that has what is missing, and once more for what shows then', async () => {
    const { request, requests } = cell((names) => {
      if (names.length === 0) return resultOf(FAIL, [symbol('nfs_open', absent)]);
      if (names.length === 1) return resultOf(FAIL, [symbol('xfs_iget', absent), took(names)]);
      return resultOf(PASS, [open(), took(names)]);
    });
    const modules = shelf({ nfs_open: 'nfs', xfs_iget: 'xfs' });
    const result = await runWithModules(request, RULES, async () => modules, never);
    expect(requests).toEqual([[], ['nfs'], ['nfs', 'xfs']]);
    expect(result.outcome).toEqual(PASS);
    expect(result.modules?.modules).toEqual([
      { name: 'nfs', reason: 'name', names: ['nfs_open'], status: 'loaded', error: '' },
      { name: 'xfs', reason: 'name', names: ['xfs_iget'], status: 'loaded', error: '' },
    ]);
  });

  test.each(['not_measured', 'command_unrunnable'] as const)(
    'that survives its modules keeps them where its result is %s',
    async (cause) => {
      const { request, requests } = cell((names) => {
        if (names.length === 0) return resultOf(FAIL, [symbol('nfs_open', absent)]);
        return resultOf({ status: 'infra_error', cause, message: 'before 5.2' }, [open(), took(names)]);
      });
      const result = await runWithModules(request, RULES, async () => shelf({ nfs_open: 'nfs' }), never);
      expect(requests).toEqual([[], ['nfs']]);
      expect(result.outcome).toMatchObject({ status: 'infra_error', cause });
      expect(result.modules?.modules).toMatchObject([{ name: 'nfs', status: 'loaded' }]);
    },
  );

  test('is tested once where no module has it', async () => {
    const { request, requests } = cell(() => resultOf(FAIL, [symbol('gone', absent)]));
    const result = await runWithModules(request, RULES, async () => shelf({}), never);
    expect(requests).toHaveLength(1);
    expect(result.modules).toMatchObject({ modules: [], nowhere: ['gone'] });
  });

  test('keeps its failure and says why, where the kernel rejects the module', async () => {
    const { request } = cell((names) => resultOf(FAIL, [symbol('f', absent), took(names, -8)]));
    const result = await runWithModules(request, RULES, async () => shelf({ f: 'm' }), never);
    expect(result.outcome).toEqual(FAIL);
    expect(result.modules?.modules).toEqual([
      { name: 'm', reason: 'name', names: ['f'], status: 'failed', error: 'the kernel rejected it (ENOEXEC)' },
    ]);
  });

  test('has the result without modules where its guest does not survive them', async () => {
    const { request, requests } = cell((names) =>
      names.length === 0 ? resultOf(FAIL, [symbol('f', absent)]) : ({ outcome: INFRA } as unknown as CellResult),
    );
    const result = await runWithModules(request, RULES, async () => shelf({ f: 'm' }), never);
    expect(requests).toEqual([[], ['m'], []]);
    expect(result.outcome).toEqual(FAIL);
    expect(result.modules?.modules).toMatchObject([{ name: 'm', status: 'failed', error: 'it went down' }]);
  });

  test('keeps its result where the modules cannot be had', async () => {
    const { request } = cell(() => resultOf(FAIL, [symbol('f', absent)]));
    const failing = () => Promise.reject(new HostError('mirror_unreachable', 'no line'));
    const result = await runWithModules(request, RULES, failing, never);
    expect(result.outcome).toEqual(FAIL);
    expect(result.modules).toMatchObject({ modules: [], unavailable: 'no line' });
  });

  test('is not given more than a request can carry', async () => {
    const { request, requests } = cell(() => resultOf(FAIL, [symbol('f', absent)]));
    const large = shelf({ f: 'amdgpu' }, { sizes: async () => [{ name: 'amdgpu', size: 40 * 1024 * 1024 }] });
    const result = await runWithModules(request, RULES, async () => large, never);
    expect(requests).toHaveLength(1);
    expect(result.modules?.unavailable).toMatch(/^amdgpu has 41943040 bytes, at most/);
  });

  test.each([
    ['its packages lack it', (names: readonly string[]) => resultOf(PASS, [open(), took(names)]), 'absent'],
    ['the kernel rejects it', (names: readonly string[]) => resultOf(PASS, [open(), took(names, -8)]), 'module'],
    [
      'its guest does not survive it',
      (names: readonly string[]) =>
        names.length === 0 ? resultOf(PASS, [open()]) : ({ outcome: INFRA } as unknown as CellResult),
      'module',
    ],
  ] as const)('passes for nothing without a module of the manifest: %s', async (_, respond, what) => {
    const look: Modules['look'] = async (names) => ({ found: names.map(() => what), all: [] });
    const modules = shelf({}, { look, ...(what === 'absent' && { choose: async () => NOTHING }) });
    const result = await runWithModules(cell(respond).request, { ...RULES, load: ['m'] }, async () => modules, never);
    expect(result.outcome).toMatchObject({ status: 'infra_error', cause: 'module_unavailable' });
    expect(result.outcome).toMatchObject({ message: expect.stringContaining('the guest was without m (') });
  });

  test('passes for nothing where the modules of the manifest cannot be had', async () => {
    const { request } = cell(() => resultOf(PASS, [open()]));
    const failing = () => Promise.reject(new HostError('mirror_unreachable', 'no line'));
    const result = await runWithModules(request, { ...RULES, load: ['m'] }, failing, never);
    expect(result.outcome).toMatchObject({ cause: 'module_unavailable', message: expect.stringContaining('no line') });
    const failed = await runWithModules(
      cell(() => resultOf(FAIL, [open()])).request,
      { ...RULES, load: ['m'] },
      failing,
      never,
    );
    expect(failed.outcome).toEqual(FAIL);
  });

  test.each(['built_in', 'module'] as const)('passes with a module of the manifest: %s', async (what) => {
    const look: Modules['look'] = async (names) => ({ found: names.map(() => what), all: [] });
    const modules = shelf({}, { look, ...(what === 'built_in' && { choose: async () => NOTHING }) });
    const { request } = cell((names) => resultOf(PASS, [open(), took(names)]));
    const result = await runWithModules(request, { ...RULES, load: ['m'] }, async () => modules, never);
    expect(result.outcome).toEqual(PASS);
  });

  test('is tested once with --no-modules, but for what the manifest loads', async () => {
    const { request, requests } = cell((names) => resultOf(FAIL, [symbol('f', absent), took(names)]));
    const off = { ...RULES, onDemand: false };
    await runWithModules(request, off, async () => shelf({ f: 'm' }), never);
    const look: Modules['look'] = async () => ({ found: ['module', 'built_in', 'absent'], all: ['nf_conntrack'] });
    const load = ['x', 'ext4', 'nope'];
    const result = await runWithModules(request, { ...off, load }, async () => shelf({ f: 'm' }, { look }), never);
    expect(requests).toEqual([[], ['x', 'ext4', 'nope']]);
    expect(result.modules?.modules.slice(0, 2)).toEqual([
      { name: 'ext4', reason: 'manifest', names: [], status: 'built_in', error: '' },
      {
        name: 'nope',
        reason: 'manifest',
        names: [],
        status: 'absent',
        error: 'the packages of this kernel have no such module',
      },
    ]);
  });
});

test('what is known to be in modules is in the first guest, so that it is tested once', async () => {
  const { request, requests } = cell((names) => resultOf(PASS, [open(), took(names)]));
  const modules = shelf({ bpf_ct_release: 'nf_conntrack' });
  const ahead = await namesAhead(
    ['bpf_ct_release', 'bpf_ct_gone'].map((name) => ({ kind: 'function', name })),
    RULES,
    async () => modules,
  );
  expect(ahead).toEqual([{ kind: 'function', name: 'bpf_ct_release' }]);
  const result = await runWithModules(request, RULES, async () => modules, never, ahead);
  expect(requests).toEqual([['nf_conntrack']]);
  expect(result.modules?.modules).toMatchObject([
    { name: 'nf_conntrack', names: ['bpf_ct_release'], status: 'loaded' },
  ]);
});

test('nothing is known ahead where nothing is stored, nothing may be loaded, or the store is damaged', async () => {
  const names = [{ kind: 'function', name: 'bpf_ct_release' }] as const;
  const has = async () => shelf({ bpf_ct_release: 'nf_conntrack' });
  expect(await namesAhead(names, RULES, async () => undefined)).toEqual([]);
  expect(await namesAhead(names, { ...RULES, onDemand: false }, has)).toEqual([]);
  expect(await namesAhead(names, RULES, () => Promise.reject(new Error('damaged')))).toEqual([]);
  expect(await namesAhead([], RULES, () => expect.fail('opened'))).toEqual([]);
});

test('an object names kernel functions and tracepoints of modules, and neither functions that it probes nor weak ones', () => {
  const program = (section: string, autoload = true) => ({ section, autoload });
  const externs = ['bpf_ct_release', 'bpf_cpumask_create', 'bpf_ct_insert_entry'].map((name) => ({
    name,
    kind: 'kfunc',
    weak: name === 'bpf_ct_insert_entry',
  }));
  const programs = [
    program('tp/nfs/nfs_fsync_enter'),
    program('tracepoint/sched/sched_switch'),
    program('tp/xfs/xfs_iget', false),
    program('kprobe/xfs_iget'),
  ];
  expect(namesOfModules({ externs, programs } as unknown as Parameters<typeof namesOfModules>[0])).toEqual([
    { kind: 'function', name: 'bpf_ct_release' },
    { kind: 'tracepoint', name: 'nfs/nfs_fsync_enter' },
  ]);
});

test('a slip in modules.load is reported with the module that was meant', async () => {
  const { request } = cell(() => resultOf(FAIL, []));
  const look: Modules['look'] = async () => ({ found: ['absent'], all: ['nf_conntrack', 'nf_nat'] });
  const load = ['nf_contrack'];
  const result = await runWithModules(request, { ...RULES, load }, async () => shelf({}, { look }), never);
  expect(result.modules?.modules[0]?.error).toBe(
    'the packages of this kernel have no such module; did you mean nf_conntrack?',
  );
});

describe('missingNames', () => {
  const namesOf = (...stages: Evidence['stages']) => missingNames({ hello: hello(), stages, document: undefined });

  test('what the guest has in some list is not missing', () => {
    expect(namesOf(symbol('f', absent))).toEqual([{ kind: 'function', name: 'f' }]);
    expect(namesOf(symbol('f', { ...absent, kallsyms: [{ type: 't', module: '' }] }))).toEqual([]);
    expect(namesOf(symbol('f', { ...absent, btf: true }))).toEqual([]);
    expect(namesOf(symbol('f', { ...absent, variants: ['f.isra.0'] }))).toEqual([]);
    expect(namesOf(symbol('f', { kallsyms: null, btf: null }))).toEqual([]);
    expect(namesOf(symbol('f', { kallsyms: null, btf: false }))).toEqual([{ kind: 'function', name: 'f' }]);
  });

  test('each kind as the index has it', () => {
    expect(
      namesOf(
        symbol('bpf_ct', { ...absent, kind: 'kfunc' }),
        symbol('xfs/xfs_iget_hit', { kind: 'tracepoint', category: false, kallsyms: null, btf: null }),
        symbol('ipv6_route', { ...absent, kind: 'iterator' }),
        symbol('nfs_server', { ...absent, kind: 'type' }),
        symbol('file_open', { ...absent, kind: 'lsm_hook' }),
      ),
    ).toEqual([
      { kind: 'function', name: 'bpf_ct' },
      { kind: 'tracepoint', name: 'xfs/xfs_iget_hit' },
      { kind: 'function', name: 'bpf_iter_ipv6_route' },
      { kind: 'type', name: 'nfs_server' },
    ]);
  });
});
