import { expect, test } from 'vitest';
import { type CellResult, fetchKernels } from '../../src/index.ts';
import { check } from './support/check.ts';
import { confusionObject, fixture } from './support/places.ts';
import { scratchDir } from './support/scratch.ts';

// Everything that the object names is in modules that no guest has at first: xfs, nf_conntrack and nfs.
const scratch = scratchDir();
const OBJECT = fixture('module_names');
const KPROBE = confusionObject('attach_kprobe_module');

const codes = ({ outcome }: CellResult): string[] =>
  'findings' in outcome ? outcome.findings.map(({ code }) => code) : [outcome.status];
const used = ({ modules }: CellResult): string[] =>
  (modules?.modules ?? []).map(({ name, status }) => `${name} ${status}`);

test('modules of the kernel are loaded for what an object names of them, and it is tested for real', async () => {
  const { report } = await check(scratch, [OBJECT], { kernels: ['debian-12-6.1', 'debian-13-7.3'] });
  expect(report.results).toHaveLength(2);
  for (const cell of report.results) {
    expect(codes(cell)).toEqual([]);
    expect(cell.outcome.status).toBe('pass');
    expect(used(cell)).toEqual(
      expect.arrayContaining(['xfs loaded', 'nf_conntrack loaded', 'nfs loaded', 'sunrpc loaded']),
    );
    const nfs = cell.modules?.modules.find(({ name }) => name === 'nfs');
    expect(nfs).toMatchObject({ reason: 'name', names: ['nfs/nfs_fsync_enter'] });
    const attached = cell.evidence?.stages.filter((stage) => stage.stage === 'attach' && stage.status === 'pass');
    expect(attached).toHaveLength(3);
    // What one cell loaded is in no other guest.
    expect(cell.guest?.isolation).toBe('cell');
  }
}, 600_000);

test('5.10 has no BTF of modules: a kprobe is attached, a program that needs types is still rejected', async () => {
  const { report } = await check(scratch, [KPROBE, OBJECT], { kernels: ['debian-11-5.10'] });
  const [kprobe, typed] = report.results as [CellResult, CellResult];
  expect(kprobe.outcome.status).toBe('pass');
  expect(used(kprobe)).toContain('xfs loaded');
  expect(typed.outcome.status).toBe('fail');
  expect(codes(typed)).toContain('MISSING_MODULE_BTF');
}, 600_000);

test('--no-modules and modules.forbid keep the verdict of the guest as it is', async () => {
  const kernels = ['debian-12-6.1'];
  const manifest = 'modules: {forbid: [xfs]}\n';
  const loader = { strictLibbpf: false, rodata: new Map(), attachTargets: new Map(), modules: false };
  const [without] = (await check(scratch, [KPROBE], { kernels, loader })).report.results as [CellResult];
  const [forbidden] = (await check(scratch, [KPROBE], { kernels, manifest })).report.results as [CellResult];
  expect(codes(without)).toEqual(['ATTACH_TARGET_NOT_FOUND']);
  expect(without.modules).toBeUndefined();
  expect(codes(forbidden)).toEqual(['ATTACH_TARGET_NOT_FOUND']);
  expect(forbidden.modules?.forbidden).toEqual([{ name: 'xfs_iget', module: 'xfs' }]);
}, 600_000);

test('kernels fetch --modules has them ahead: nothing is fetched again for a kernel that has its index', async () => {
  const heard: string[] = [];
  const failed = await fetchKernels({
    choice: { kind: 'ids', ids: ['debian-12-6.1'], origin: 'test' },
    modules: true,
    onProgress: (_, what) => heard.push(what),
    onEnd: (_, result) => expect(result).not.toBeInstanceOf(Error),
  });
  expect(failed).toBe(0);
  expect(heard).toEqual([]);
}, 600_000);
