import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { readLoaderSettings } from '../../src/config/loader-settings.ts';
import { type Checked, check, reportOf } from './support/check.ts';
import { fixture, KERNELS } from './support/places.ts';
import { type TargetReport, targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

// Objects that plain libbpf rejects, and that load the way their own loaders load them, on every kernel.
const scratch = scratchDir();

type Done = [kind: string, subject: string, detail: string];
const SECTIONS: Done[] = [
  ['program_type', 'on_classifier', 'sched_cls, by the section name classifier/ingress'],
  ['program_type', 'on_tc', 'sched_cls, by the section name tc_egress'],
  ['program_type', 'on_action', 'sched_act, by the section name action/drop'],
  ['program_type', 'on_socket', 'socket_filter, by the section name socket1'],
  ['program_type', 'on_xdp', 'xdp, by the section name xdp_sock'],
  ['program_type', 'on_sample', 'perf_event, by the section name perf_event/sampler'],
  ['program_type', 'on_stream', 'sk_skb, by the section name sk_skb1'],
  ['program_type', 'on_cgroup', 'cgroup_skb, by the section name cgroup_skb/ingress/account'],
  ['program_type', 'on_connect', 'cgroup_sock_addr, by the section name cgroup/connect4_redirect'],
];

/** Object, what is done to it, and what plain libbpf makes of it: class, and reason of the first finding. */
const OBJECTS: [string, Done[], string, string][] = [
  [
    'shim_map_size',
    [
      ['map_size', 'counts', 'max_entries 0 became 4096'],
      ['map_size', 'events', 'max_entries 0 became 262144'],
    ],
    'LOADER_CONTRACT',
    'map_size',
  ],
  [
    'shim_key_value',
    [
      ['map_key_value', 'samples', 'key_size and value_size 0 and 0 became 4 and 4'],
      ['map_key_value', 'stacks', 'key_size and value_size 4 and 0 became 4 and 1016'],
      ['map_key_value', 'events', 'key_size and value_size 0 and 8 became 0 and 0'],
      ['map_key_value', 'groups', 'key_size and value_size 0 and 0 became 4 and 4'],
    ],
    'LOADER_CONTRACT',
    'map_key_value',
  ],
  [
    'shim_inner_map',
    [
      ['inner_map', 'by_namespace', 'inner map hash with key 4, value 4, 1 entry'],
      ['map_key_value', 'by_cpu.inner', 'key_size and value_size 0 and 0 became 4 and 4'],
    ],
    'LOADER_CONTRACT',
    'inner_map',
  ],
  ['shim_sections', SECTIONS, 'UNKNOWN_SECTION', 'section'],
  [
    'shim_map_field',
    [
      ['pinning', 'pinned', 'not pinned: mode 100 is one of its own loader'],
      ['map_field', 'exported', 'fields libbpf does not know are passed over, such as exported'],
    ],
    'OBJECT_NOT_LIBBPF_COMPATIBLE',
    'map_attr',
  ],
];

const files = OBJECTS.map(([name]) => fixture(name));
const STRICT = readLoaderSettings({ setRodata: [], setAttachTarget: [], strictLibbpf: true });
let mended: Checked;
let strict: Checked;
beforeAll(async () => {
  mended = await check(scratch, files);
  strict = await check(scratch, files, { loader: STRICT });
});

const at = (run: Checked, name: string, kernel: string): TargetReport => targetOf(reportOf(run, fixture(name)), kernel);

describe.each(KERNELS)('on %s', (kernel) => {
  test.each(OBJECTS)('%s loads as its own loader would load it, and the report says how', (name, done) => {
    const target = at(mended, name, kernel);
    expect(target).toMatchObject({ status: 'pass', validation: { load_status: 'pass' } });
    const reported = target.shims?.map(({ kind, subject, detail }) => [kind, subject, detail]);
    expect(reported?.sort()).toEqual([...done].sort());
    expect(target.notes?.find((note) => note.startsWith('loaded with: '))).toContain(`${done[0]?.[1]} (`);
  });

  test.each(OBJECTS)('%s fails as it does with plain libbpf', (name, _, code, reason) => {
    const target = at(strict, name, kernel);
    expect(target).toMatchObject({ status: 'fail', failed_stage: 'load', classification_code: code });
    expect(target.shims).toBeUndefined();
    expect(target.findings?.[0]?.args?.['reason']).toBe(reason);
  });
});

/** Loads of the whole object that a cell began. */
function loadsOf({ report }: Checked): number[] {
  return report.results.map(
    ({ evidence }) =>
      (evidence?.stages ?? []).filter((stage) => stage.stage === 'step' && stage.phase === 'load').length,
  );
}

test('an inner map is fitted to what loads, after a load that failed, and for what is left out by itself', async () => {
  const run = await check(scratch, [fixture('shim_inner_map_fitted')]);
  for (const kernel of KERNELS) {
    const target = at(run, 'shim_inner_map_fitted', kernel);
    expect(target).toMatchObject({ status: 'pass' });
    expect(target.shims?.map(({ detail }) => detail)).toEqual(['inner map hash with key 4, value 24, 1 entry']);
    expect(target.programs?.map(({ name, load_status }) => [name, load_status])).toEqual([
      ['left_out', 'pass'],
      ['look', 'pass'],
    ]);
  }
  expect(loadsOf(run)).toEqual(KERNELS.map(() => 2));
  expect(loadsOf(await check(scratch, [fixture('shim_inner_map')]))).toEqual(KERNELS.map(() => 1));
});

test('the Markdown report says it, too', () => {
  const markdown = readFileSync(reportOf(mended, 'shim_key_value.bpf.o').paths.markdown ?? '', 'utf8');
  expect(markdown).toMatch(/^- Loaded with: .*`stacks` \(key/m);
});

const RODATA = fixture('shim_rodata');
const VALUES = `set_rodata:
  enabled: yes
  offset: -3
  mode: MODE_TRACE
  comm: bash
  settings.port: 0x1f90
  "settings.words[2]": 44
`;

test('constants decide whether a program can be verified', async () => {
  const manifest = VALUES;
  const run = await check(scratch, [RODATA], { manifest });
  for (const kernel of KERNELS) {
    const target = at(run, 'shim_rodata', kernel);
    expect(target).toMatchObject({ status: 'pass' });
    expect(target.shims).toContainEqual({ kind: 'rodata', subject: 'settings.port', detail: '0x1f90' });
  }
  const flags = readLoaderSettings({ setRodata: ['comm=zsh'], setAttachTarget: [], strictLibbpf: false });
  const other = await check(scratch, [RODATA], { manifest, loader: flags });
  const left = await check(scratch, [RODATA], { manifest, loader: STRICT });
  expect(left.report.notes.join()).toMatch(/--strict-libbpf: 6 settings of .* left out/);
  for (const run of [other, left]) {
    for (const kernel of KERNELS) expect(at(run, 'shim_rodata', kernel).classification_code).toBe('VERIFIER_REJECTION');
  }
});

test('a value that does not fit and a name that is not there fail; a flag for another object is reported', async () => {
  const flags = readLoaderSettings({ setRodata: ['comm=bash'], setAttachTarget: [], strictLibbpf: false });
  const run = await check(scratch, [fixture('shim_map_size'), RODATA], { loader: flags });
  const unknown = 'maps:\n  - {name: nope, max_entries: 4}\nprobe_companions: [nobody]\n';
  const missing = await check(scratch, [fixture('shim_map_size')], { manifest: unknown });
  const wrong = readLoaderSettings({ setRodata: ['settings.port=70000'], setAttachTarget: [], strictLibbpf: false });
  const bad = await check(scratch, [RODATA], { manifest: VALUES, loader: wrong });
  for (const kernel of KERNELS) {
    expect(at(run, 'shim_map_size', kernel)).toMatchObject({
      status: 'pass',
      findings: [{ code: 'SETTING_NOT_APPLIED', subject: 'comm', args: { errno: 'ENOENT' } }],
    });
    expect(at(missing, 'shim_map_size', kernel)).toMatchObject({
      status: 'fail',
      findings: [
        { code: 'SETTING_NOT_APPLIED', subject: 'nope' },
        { code: 'SETTING_NOT_APPLIED', subject: 'nobody' },
      ],
    });
    expect(at(bad, 'shim_rodata', kernel)).toMatchObject({
      status: 'fail',
      findings: expect.arrayContaining([
        expect.objectContaining({ code: 'SETTING_NOT_APPLIED', subject: 'settings.port' }),
      ]),
    });
  }
});

const TARGETS = `programs:
  - {name: on_entry, attach_target: vfs_read, attach: {required: true}}
  - {name: on_exit, attach_target: vfs_open, attach: {required: true}}
  - {name: on_probe, attach_target: vfs_read, attach: {required: true}}
  - {name: on_tracepoint, attach_target: sched/sched_switch, attach: {required: true}}
  - {name: replaces, attach_target: "xdp:prog0", attach: {required: true}}
  - {name: after_tc, attach_target: "tc:entry_tc", attach: {required: true}}
  - {name: left_out, autoload: off}
`;

test('attach targets and autoload of the manifest', async () => {
  const run = await check(scratch, [fixture('shim_targets')], { manifest: TARGETS });
  for (const kernel of KERNELS) {
    const target = at(run, 'shim_targets', kernel);
    expect(target).toMatchObject({ status: 'pass', validation: { attach_attempted: 6, attach_passed: 6 } });
    expect(target.programs?.map(({ name, attach_target }) => [name, attach_target])).toEqual([
      ['on_entry', 'vfs_read'],
      ['on_exit', 'vfs_open'],
      ['on_probe', 'vfs_read'],
      ['on_tracepoint', 'sched/sched_switch'],
      ['replaces', 'prog0'],
      ['after_tc', 'entry_tc'],
      ['left_out', undefined],
    ]);
  }
});

test('an attach target that the kernel does not have is blamed, not the placeholder of the object', async () => {
  const gone = TARGETS.replace('vfs_open', 'vfs_opne');
  const run = await check(scratch, [fixture('shim_targets')], { manifest: gone });
  for (const kernel of KERNELS) {
    const target = at(run, 'shim_targets', kernel);
    expect(target).toMatchObject({ status: 'fail', failed_stage: 'load' });
    expect(target.findings).toMatchObject([
      { code: 'ATTACH_TARGET_NOT_FOUND', subject: 'on_exit', args: { function: 'vfs_opne' } },
    ]);
  }
});
