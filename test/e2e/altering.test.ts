import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Checked, check, reportOf } from './support/check.ts';
import { fixture } from './support/places.ts';
import { targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

// Objects that write to the memory of the validator, or change its registers, once they are attached.
const scratch = scratchDir();
const KERNELS = ['debian-12-6.1', 'debian-13-7.3'];

function required(program: string, section: string): string {
  return `name: altering\nprograms:\n  - {name: ${program}, section: "${section}", type: kprobe, attach: {kind: kprobe, required: true}}\n`;
}

const VICTIM = required('victim', 'kprobe/no_such_function_anywhere');

test('the guest finds in what the kernel got what the host reads in the object', async () => {
  const names = ['altering', 'altering_context', 'altering_registers', 'altering_tail_calls', 'altering_with_others'];
  const others = ['lsm_keeps_back', 'attach_kinds', 'forge_tail_call', 'forge_uprobe', 'shim_targets'];
  const run = await check(scratch, [...names, ...others].map(fixture), { kernels: KERNELS });
  const seen = new Set<string>();
  for (const { cell, evidence } of run.report.results) {
    const name = run.report.artifacts[cell.artifact]?.basename ?? '';
    const stages = evidence?.stages ?? [];
    const load = stages.find((stage) => stage.stage === 'load');
    const together = stages.flatMap((stage) => (stage.stage === 'program' && !stage.alone ? [stage.name] : []));
    // Older kernels reject what changes registers.
    expect([name, load?.status]).toEqual([name, together.length > 0 ? 'pass' : 'fail']);
    const read = reportOf(run, name).artifact.altering_programs ?? [];
    const expected = read.filter(({ name }) => together.includes(name));
    const found = load?.alters?.map(({ program, uses }) => [program, ...uses]);
    expect([name, ...(found ?? ['nothing'])]).toEqual([
      name,
      ...expected.map((program) => [program.name, ...program.uses]),
    ]);
    if (name === 'altering_with_others.bpf.o') expect(found).toHaveLength(4);
    for (const { uses } of load?.alters ?? []) for (const use of uses) seen.add(use);
  }
  expect([...seen]).toEqual(expect.arrayContaining(['uprobe_write_ctx', 'bpf_tail_call', 'struct_ops']));
}, 180_000);

function codes(run: Checked, object: string, kernel: string): string[] {
  return (targetOf(reportOf(run, object), kernel).findings ?? []).map(({ code }) => code);
}

test('a failed attach stays failed, though the program before it rewrites what is said', async () => {
  const object = fixture('forge_attach');
  const run = await check(scratch, [object], { kernels: KERNELS, manifest: VICTIM });
  expect(run.verdict.exitCode).toBe(2);
  for (const kernel of KERNELS) {
    const target = targetOf(reportOf(run, object), kernel);
    expect([kernel, target.status, target.failed_stage]).toEqual([kernel, 'fail', 'attach']);
    expect(codes(run, object, kernel)).toEqual(['ATTACH_TARGET_NOT_FOUND', 'RESPONSE_UNRELIABLE']);
  }
}, 180_000);

test('a failed attach stays failed, though the rest of the response is garbage', async () => {
  const object = fixture('garble_answer');
  const run = await check(scratch, [object], { kernels: KERNELS, manifest: VICTIM });
  expect(run.verdict.exitCode).toBe(2);
  for (const kernel of KERNELS) {
    expect(codes(run, object, kernel)).toEqual(['ATTACH_TARGET_NOT_FOUND', 'RESPONSE_UNRELIABLE']);
  }
}, 180_000);

test('a uprobe that changes registers does not act for another one', async () => {
  const object = fixture('altering_registers');
  const manifest = required('zz_victim', 'uprobe//init:no_such_function_anywhere');
  const run = await check(scratch, [object], { kernels: ['debian-13-7.3'], manifest });
  const target = targetOf(reportOf(run, object), 'debian-13-7.3');
  expect([target.status, target.failed_stage]).toEqual(['fail', 'attach']);
  expect(codes(run, object, 'debian-13-7.3')).toEqual(['ATTACH_TARGET_NOT_FOUND']);
}, 120_000);

// What probes may change registers since 6.18.
test.each(['forge_uprobe', 'forge_tail_call'])(
  '%s is attached last',
  async (name) => {
    const object = fixture(name);
    const manifest = required('zz_victim', 'uprobe//no/such/file:nothing');
    const run = await check(scratch, [object], { kernels: ['debian-13-6.18', 'debian-13-7.3'], manifest });
    expect(run.verdict.exitCode).toBe(2);
    const newest = reportOf(run, object).targets ?? [];
    expect(newest.map(({ profile_id, failed_stage }) => [profile_id, failed_stage])).toContainEqual([
      'debian-13-6.18',
      'attach',
    ]);
    for (const target of newest.filter(({ failed_stage }) => failed_stage === 'attach')) {
      expect(codes(run, object, target.profile_id)).toEqual(['NOT_ATTACHED']);
    }
  },
  180_000,
);

test('a pass of an object that can alter what is observed is marked in every report', async () => {
  const object = fixture('altering');
  const manifest = 'name: altering\nfunctional_tests:\n  - {name: the-shell-runs, command: "true"}\n';
  const run = await check(scratch, [object], { kernels: KERNELS, manifest });
  expect(run.verdict.exitCode).toBe(0);
  const report = reportOf(run, object);
  expect(report.artifact.altering_programs?.map(({ name, uses }) => [name, ...uses])).toEqual([
    ['writes_user', 'bpf_probe_write_user'],
    ['overrides', 'bpf_override_return'],
    ['modifies', 'fmod_ret'],
    ['writable', 'raw_tp.w'],
    ['runs_bpf', 'bpf_sys_bpf'],
  ]);
  for (const kernel of KERNELS) {
    const target = targetOf(report, kernel);
    expect(target.findings).toMatchObject([
      {
        code: 'RESULTS_CAN_BE_ALTERED',
        args: {
          program: 'writes_user',
          uses: 'bpf_probe_write_user',
          attaches: 'writes_user',
          tests: 'the-shell-runs',
        },
      },
    ]);
    expect(target.notes?.join('\n')).toContain('program writes_user could alter what the guest reports');
  }
  expect(readFileSync(run.paths.artifacts[0]?.markdown ?? '', 'utf8')).toContain('RESULTS_CAN_BE_ALTERED');
}, 180_000);

test('a program that keeps the kernel from being heard has no pass', async () => {
  const object = fixture('lsm_refuses_log');
  const run = await check(scratch, [object], { kernels: ['debian-12-6.1'] });
  expect(targetOf(reportOf(run, object), 'debian-12-6.1')).toMatchObject({
    status: 'infra_error',
    infra_error: expect.stringContaining('/dev/kmsg or /proc/sys/kernel/tainted denied it'),
  });
}, 180_000);

test('a uprobe of a file alone is attached to nothing', async () => {
  const object = fixture('uprobe_file_alone');
  const manifest = 'name: file\nprograms: [{name: probe, attach: {required: true}}]\n';
  const run = await check(scratch, [object], { kernels: KERNELS, manifest });
  expect(run.verdict.exitCode).toBe(2);
  for (const kernel of KERNELS) expect(codes(run, object, kernel)).toEqual(['NOT_ATTACHED']);
}, 180_000);

test('an arena lies nowhere over the memory of the validator', async () => {
  const objects = [fixture('forge_arena'), fixture('arena_elsewhere')];
  const kernels = ['debian-13-6.12', 'debian-13-7.3'];
  const run = await check(scratch, objects, { kernels });
  for (const kernel of kernels) {
    const target = targetOf(reportOf(run, 'forge_arena.bpf.o'), kernel);
    expect([kernel, target.status, target.failed_stage]).toEqual([kernel, 'fail', 'load']);
    expect(target.findings?.map(({ code, args }) => [code, args?.['reason']])).toEqual([
      ['INVALID_MAP_PARAMS', 'arena_place'],
    ]);
    const other = targetOf(reportOf(run, 'arena_elsewhere.bpf.o'), kernel);
    expect([kernel, other.status]).toEqual([kernel, 'pass']);
    expect(other.programs?.map(({ name, load_status }) => [name, load_status])).toEqual([
      ['idle', 'pass'],
      ['refused', 'fail'],
    ]);
  }
}, 120_000);

test.each([
  ['kills_validator', KERNELS],
  ['closes_files', ['debian-13-7.3']],
])(
  'a failed attach stays failed, though a program ends the validator then: %s',
  async (name, kernels) => {
    const object = fixture(name);
    const run = await check(scratch, [object], { kernels, manifest: VICTIM });
    expect(run.verdict.exitCode).toBe(2);
    for (const kernel of kernels) {
      const reported = ['ATTACH_TARGET_NOT_FOUND', 'RESPONSE_UNRELIABLE'];
      expect(codes(run, object, kernel)).toEqual(expect.arrayContaining(reported));
    }
  },
  180_000,
);

// Before 6.12 an LSM program may fake a read, and keep a process from another one.
test('a failed attach stays failed, though LSM programs keep it back until it is rewritten', async () => {
  const object = fixture('lsm_keeps_back');
  // Required ones are attached first: those that keep it back have to be required as well.
  const names = Array.from({ length: 38 }, (_, index) => `keeps${index + 10}`);
  const manifest = `name: altering\nprograms:\n${[...names, 'victim']
    .map(
      (name) => `  - {name: ${name}, section: lsm/file_permission, type: lsm, attach: {kind: lsm, required: true}}\n`,
    )
    .join('')}`;
  const run = await check(scratch, [object], { kernels: ['debian-12-6.1'], manifest });
  expect(run.verdict.exitCode).toBe(2);
  expect(codes(run, object, 'debian-12-6.1')[0]).toBe('ATTACH_CONFLICT');
}, 180_000);

test('nor does it matter which function sends the signal', async () => {
  const object = fixture('kills_by_kfunc');
  const run = await check(scratch, [object], { kernels: ['debian-13-7.3'], manifest: VICTIM });
  expect(run.verdict.exitCode).toBe(2);
  expect(codes(run, object, 'debian-13-7.3')).toEqual(['ATTACH_TARGET_NOT_FOUND', 'RESPONSE_UNRELIABLE']);
}, 180_000);

test('a failed test stays failed, though the next one ends the guest', async () => {
  const manifest = `functional_tests:
  - {name: fails, command: "false"}
  - {name: crashes, command: "echo c >/proc/sysrq-trigger", required: false}
`;
  const object = fixture('attach_kinds');
  const run = await check(scratch, [object], { kernels: KERNELS, manifest, mode: 'behavior' });
  expect(run.verdict.exitCode).toBe(2);
  for (const kernel of KERNELS) {
    const { failed_stage, findings } = targetOf(reportOf(run, object), kernel);
    const [cause] = findings ?? [];
    expect([kernel, failed_stage, cause?.code, cause?.subject]).toEqual([
      ...[kernel, 'functional', 'FUNCTIONAL_TEST_FAILURE', 'fails'],
    ]);
  }
}, 180_000);

test('required programs are attached before all others', async () => {
  const object = fixture('later_hooks');
  const manifest = 'name: order\nprograms:\n  - {name: on_session, attach: {required: true}}\n';
  const run = await check(scratch, [object], { kernels: ['debian-13-7.3'], manifest });
  const attached = run.report.results.flatMap(({ evidence }) =>
    (evidence?.stages ?? []).flatMap((stage) => (stage.stage === 'attach' ? [stage.program] : [])),
  );
  expect(attached[0]).toBe('on_session');
  expect(attached.length).toBeGreaterThan(2);
});

test.each([2, 11, 15])(
  'signal %d from a program of the object is no fault of the validator',
  async (number) => {
    const object = fixture('sends_signals');
    const manifest = `name: signals\nset_rodata:\n  signal_number: ${number}\n`;
    const run = await check(scratch, [object], { kernels: ['debian-12-6.1'], manifest });
    expect(run.verdict.exitCode).toBe(1);
    const target = targetOf(reportOf(run, object), 'debian-12-6.1');
    expect(target.status).toBe('infra_error');
    expect(JSON.stringify(target)).toContain('sender can (bpf_send_signal)');
  },
  120_000,
);

test('an object with more programs and links than a process has open files by default', async () => {
  const object = fixture('programs_520');
  const manifest = 'name: many\nprograms:\n  - {name: p619, attach: {required: true}}\n';
  const run = await check(scratch, [object], { kernels: ['debian-12-6.1'], manifest });
  expect(run.verdict.exitCode).toBe(0);
  const { programs = [] } = targetOf(reportOf(run, object), 'debian-12-6.1');
  expect(programs.filter(({ attach_status }) => attach_status === 'pass')).toHaveLength(520);
}, 120_000);

test('what may end the validator, by a tail call too, is attached behind required programs of all kinds', async () => {
  const object = fixture('signals_by_tail_call');
  const hooks = Array.from({ length: 40 }, (_, index) => `on_open_${index + 10}`);
  const programs = (names: readonly string[]): string =>
    `programs:\n${names.map((name) => `  - {name: ${name}, attach: {required: true}}\n`).join('')}`;
  const options = { kernels: ['debian-12-6.1'] };
  const run = await check(scratch, [object], { ...options, manifest: `name: order\n${programs(['on_open_10'])}` });
  const attached = run.report.results.flatMap(({ evidence }) =>
    (evidence?.stages ?? []).flatMap((stage) => (stage.stage === 'attach' ? [stage.program] : [])),
  );
  expect(attached.slice(0, 2)).toEqual(['bystander', 'on_open_10']);
  expect(attached.slice(2, 4).toSorted()).toEqual(['caller', 'sender']);

  // One of them cannot be attached: a failure, whatever the others would do to the validator then.
  const manifest = `name: signals\nset_rodata: {signal_number: 9}\n${programs(hooks)}`;
  const killed = await check(scratch, [object], { ...options, manifest });
  expect(killed.verdict.exitCode).toBe(2);
  const { failed_stage, findings } = targetOf(reportOf(killed, object), 'debian-12-6.1');
  expect([failed_stage, findings?.[0]?.subject]).toEqual(['attach', 'on_open_48']);

  // Nor does it matter that those which end the validator are required, too.
  const all = `name: signals\nset_rodata: {signal_number: 9}\n${programs([...hooks, 'caller', 'sender'])}`;
  const required = await check(scratch, [object], { ...options, manifest: all });
  expect(required.verdict.exitCode).toBe(2);
  const target = targetOf(reportOf(required, object), 'debian-12-6.1');
  expect([target.failed_stage, target.findings?.[0]?.subject]).toEqual(['attach', 'on_open_48']);

  // What would fail behind it was not seen: a declaration of what was is not enough.
  const known = `${all}expectations:\n  - {expect: fail, code: ATTACH_CONFLICT, kernels: "6.1", reason: too many}\n`;
  const declared = await check(scratch, [object], { ...options, manifest: known });
  expect([declared.verdict.exitCode, declared.verdict.reasons[0]]).toEqual([
    2,
    expect.stringMatching(/RESPONSE_UNRELIABLE was not expected$/),
  ]);
}, 120_000);

test('a required LSM program that denies attaches denies no required one that may end the validator', async () => {
  const object = fixture('lsm_beside_sender');
  const manifest =
    'programs:\n  - {name: denies, attach: {required: true}}\n  - {name: sender, attach: {required: true}}\n';
  const run = await check(scratch, [object], { kernels: ['debian-11-5.10', 'debian-12-6.1'], manifest });
  const report = reportOf(run, object);
  const { programs = [], status } = targetOf(report, 'debian-12-6.1');
  expect([status, programs.map(({ attach_status }) => attach_status)]).toEqual(['pass', ['pass', 'pass']]);
  // Debian 11 has no BPF among its LSMs.
  expect(targetOf(report, 'debian-11-5.10').findings).toMatchObject([
    { code: 'LSM_BPF_NOT_ENABLED', subject: 'denies' },
  ]);
}, 120_000);
