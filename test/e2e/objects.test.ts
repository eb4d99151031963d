import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { matrixText } from '../../src/index.ts';
import { type Checked, check, reportOf } from './support/check.ts';
import { example, fixture, KERNELS, versionOf } from './support/places.ts';
import { programOf, type TargetReport, targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

const scratch = scratchDir();
const ATTACH_KINDS = fixture('attach_kinds');
const LATER_KINDS = fixture('later_kinds');
const LATER_HOOKS = fixture('later_hooks');
const REJECT = fixture('verifier_reject');
const MANY = fixture('many_programs');
const CORE = example('core-relocation-fail');
const UNSUPPORTED = example('unsupported-attach');
const WARN = example('attach-warn');
const PERFBUF = example('perfbuf-fallback');
const UNLINK = example('fentry-unlink');

let run: Checked;
const at = (file: string, kernel: string): TargetReport => targetOf(reportOf(run, file), kernel);
beforeAll(async () => {
  const objects = [ATTACH_KINDS, LATER_KINDS, LATER_HOOKS, REJECT, MANY, CORE, UNSUPPORTED, WARN, PERFBUF, UNLINK];
  run = await check(scratch, objects);
});

const finding = (target: TargetReport) => {
  const [first, ...others] = target.findings ?? [];
  expect(others).toEqual([]);
  return first ?? expect.fail(`${target.profile_id}: no finding`);
};

describe.each(KERNELS)('what is attached to what on %s', (kernel) => {
  const version = versionOf(kernel);
  // Upstream added TCX in 6.6; before that the validator has the classic clsact hook.
  const tc = version >= 6006 ? 'tcx' : 'tc';
  const device = /^bpfcompat\d$/;
  const cgroup = /^\/sys\/fs\/cgroup\/bpfcompat-\d+$/;
  // Program, first upstream kernel with its kind, method, target.
  test.each<[string, number, string, RegExp]>([
    ['on_xdp', 4008, 'xdp', device],
    ['on_tc', 4001, tc, device],
    ['on_egress', 4010, 'cgroup', cgroup],
    ['on_sock_create', 4010, 'cgroup', cgroup],
    ['on_connect4', 4017, 'cgroup', cgroup],
    ['on_socket', 3019, 'socket_filter', /socket/],
    ['on_sample', 4009, 'perf_event', /cpu-clock/],
    ['on_raw_enter', 4017, 'auto', /^sys_enter$/],
    ['on_execve', 4007, 'auto', /^syscalls\/sys_enter_execve$/],
    ['on_exit', 4001, 'auto', /^do_exit$/],
    ['on_task', 5008, 'iter', /^task$/],
    ['on_file_open', 5007, 'auto', /^file_open$/],
    ['on_exit_entry', 5005, 'auto', /^do_exit$/],
    ['on_switch', 5005, 'auto', /^sched_switch$/],
    ['on_lookup', 5009, 'netns', /network namespace/],
  ])('%s', (name, since, method, target) => {
    expect(version, 'the table only has kinds that all four kernels know').toBeGreaterThanOrEqual(since);
    const program = programOf(at(ATTACH_KINDS, kernel), name);
    expect(program).toMatchObject({ load_status: 'pass', attach_status: 'pass', attach_method: method });
    expect(program.attach_target).toMatch(target);
  });

  test('an LSM program that never runs is a warning where BPF is not an active security module', () => {
    const target = at(ATTACH_KINDS, kernel);
    expect(target).toMatchObject({ status: 'pass', validation: { attach_attempted: 15, attach_passed: 15 } });
    // Debian 11 builds BPF LSM but leaves it out of CONFIG_LSM; Debian 12 put it in.
    if (version > 5010) expect(target.findings).toBeUndefined();
    else expect(finding(target)).toMatchObject({ code: 'LSM_BPF_NOT_ENABLED', subject: 'on_file_open' });
  });
});

describe.each(KERNELS)('kinds of programs by age on %s', (kernel) => {
  const version = versionOf(kernel);
  const later: [string, number, string][] = [
    ['since_5_14', 5014, 'UNSUPPORTED_PROGRAM_TYPE'],
    ['since_5_18', 5018, 'UNSUPPORTED_PROGRAM_FLAG'],
    ['since_6_0', 6000, 'UNSUPPORTED_ATTACH_TYPE'],
    ['since_6_4', 6004, 'UNSUPPORTED_PROGRAM_TYPE'],
    ['since_6_7', 6007, 'UNSUPPORTED_ATTACH_TYPE'],
  ];

  test('loads what is old enough, and names the version of the rest', () => {
    const target = at(LATER_KINDS, kernel);
    expect(programOf(target, 'since_3_19').load_status).toBe('pass');
    const rejected = later.filter(([, since]) => since > version);
    for (const [name, since] of later) {
      const program = programOf(target, name);
      expect(program.load_status, name).toBe(since > version ? 'fail' : 'pass');
      expect(program.errno, name).toBe(since > version ? -22 : undefined);
    }
    expect(target.status).toBe(rejected.length > 0 ? 'fail' : 'pass');
    const reported = (target.findings ?? []).map(({ code, subject, args }) => [subject, code, args?.['since']]);
    expect(reported).toEqual(rejected.map(([name, , code]) => [name, code, name.slice(6).replace('_', '.')]));
  });

  // Debian 12 builds without CONFIG_FPROBE, so that kprobe.multi is missing there although 6.1 is new enough.
  test.each<[string, number, number]>([
    ['on_tcx', 6006, -22],
    ['on_multi', kernel === 'debian-12-6.1' ? 9999 : 5018, kernel === 'debian-12-6.1' ? -95 : -22],
    ['on_session', 6010, -22],
  ])('%s loads everywhere, and is attached where its hook exists', (name, since, errno) => {
    const target = at(LATER_HOOKS, kernel);
    const program = programOf(target, name);
    const there = version >= since;
    expect(program).toMatchObject({ load_status: 'pass', attach_status: there ? 'pass' : 'fail' });
    expect(program.attach_errno).toBe(there ? undefined : errno);
    const [reported] = (target.findings ?? []).filter(({ subject }) => subject === name);
    expect(reported?.code).toBe(there ? undefined : 'UNSUPPORTED_ATTACH_TYPE');
    // A hook that no manifest requires is a warning.
    expect(target.status).toBe('pass');
    expect(target.validation?.attach_status).toBe(version >= 6010 ? 'pass' : 'warn');
  });
});

test('a missing build option is distinguished from a kernel that is too old', () => {
  const reason = (kernel: string): string | undefined =>
    at(LATER_HOOKS, kernel).findings?.find(({ subject }) => subject === 'on_multi')?.args?.['reason'];
  expect(reason('debian-11-5.10')).toBe('kernel_too_old');
  expect(reason('debian-12-6.1')).toBe('compiled_out');
  const text = matrixText(run.report, { width: 200, color: false });
  expect(text).toMatch(/kprobe\.multi.*: 5\.10; fine on 6\.12, 7\.3\n/);
  expect(text).toMatch(/kprobe\.multi.*: 6\.1; fine on 6\.12, 7\.3\n/);
});

describe.each(KERNELS)('a program that the verifier rejects on %s', (kernel) => {
  test('is named with its errno and the last word of the verifier', () => {
    const target = at(REJECT, kernel);
    expect(target).toMatchObject({
      status: 'fail',
      failed_stage: 'load',
      classification_code: 'VERIFIER_REJECTION',
      validation: { load_status: 'fail', load_error_code: -13, attach_status: 'skipped' },
    });
    const reported = finding(target);
    expect(reported).toMatchObject({ code: 'VERIFIER_REJECTION', subject: 'unchecked', args: { errno: 'EACCES' } });
    expect(reported.evidence).toMatchObject({
      origin: 'verifier log',
      text: expect.stringMatching(/map_value_or_null/),
    });
    expect(reported.remediation).toMatch(/NULL/);
    const program = programOf(target, 'unchecked');
    expect(program).toMatchObject({ load_status: 'fail', errno: -13 });
    expect(program.log_tail).toContain(reported.evidence?.text);
    expect(program.log_tail).toMatch(/processed \d+ insns/);
  });

  test('does not drag the sound program of the object along', () => {
    expect(programOf(at(REJECT, kernel), 'fine')).toMatchObject({ load_status: 'pass' });
  });
});

test.each(KERNELS)('81 programs are 81 results, one of them no, on %s', (kernel) => {
  const target = at(MANY, kernel);
  expect(target.programs).toHaveLength(81);
  const rejected = target.programs?.filter(({ load_status }) => load_status !== 'pass');
  expect(rejected).toMatchObject([{ name: 'refused', load_status: 'fail', errno: -13 }]);
  expect(finding(target)).toMatchObject({ code: 'VERIFIER_REJECTION', subject: 'refused' });
});

test.each(KERNELS)('a field that no kernel has is a CO-RE failure on %s', (kernel) => {
  const target = at(CORE, kernel);
  expect(target).toMatchObject({ status: 'fail', classification_code: 'CORE_RELOCATION_FAILURE' });
  expect(target).toMatchObject({ classification_confidence: 'high', btf: { kernel_btf_available: true } });
  expect(finding(target).args).toMatchObject({
    program: 'handle_exec',
    field: 'struct bpfcompat_no_such_structure.no_such_field',
  });
});

test.each(KERNELS)('a kprobe on a missing function is a warning without a manifest on %s', (kernel) => {
  for (const [file, program] of [
    [UNSUPPORTED, 'handle_missing'],
    [WARN, 'handle_warn'],
  ] as const) {
    const target = at(file, kernel);
    expect(target).toMatchObject({ status: 'pass', validation: { load_status: 'pass', attach_status: 'warn' } });
    expect(finding(target)).toMatchObject({ code: 'ATTACH_TARGET_NOT_FOUND', phase: 'attach', subject: program });
    expect(programOf(target, program)).toMatchObject({ attach_status: 'fail', attach_errno: -2 });
  }
});

test.each(KERNELS)('a perf event array works on %s, and the Markdown names it', (kernel) => {
  expect(at(PERFBUF, kernel)).toMatchObject({ status: 'pass', maps: [{ name: 'events', type: 'perf_event_array' }] });
  expect(readFileSync(reportOf(run, PERFBUF).paths.markdown ?? '', 'utf8')).toContain('perf_event');
});

test.each(KERNELS)('no failure is without a cause on %s', (kernel) => {
  for (const report of run.reports.values()) {
    const target = targetOf(report, kernel);
    expect(target.infra_error, `${report.artifact.basename}: ${target.infra_error}`).toBeUndefined();
    expect(target.classification_code, report.artifact.basename).not.toBe('UNKNOWN');
  }
});

test('evidence files hold the words of libbpf and the verifier', () => {
  const dir = at(REJECT, 'debian-12-6.1').vm_run_dir ?? '';
  expect(readFileSync(join(dir, 'stages.jsonl'), 'utf8')).toContain('map_value_or_null');
  expect(readFileSync(join(at(UNLINK, 'debian-13-7.3').vm_run_dir ?? '', 'libbpf.log'), 'utf8')).toContain('-ESRCH');
});
