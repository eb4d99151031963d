import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Checked, check, reportOf } from './support/check.ts';
import { fixture } from './support/places.ts';
import { programOf, targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

// A map of struct_ops is attached as a whole, and each map for itself.
const scratch = scratchDir();
const KERNELS = ['debian-11-5.10', 'debian-13-7.3'];

test('the programs of a map that cannot be attached have no part in another map', async () => {
  const object = fixture('struct_ops_two_maps');
  const manifest = 'programs:\n  - {name: ssthresh_second, attach: {required: true}}\n';
  const run = await check(scratch, [object], { kernels: KERNELS, manifest });
  expect(run.verdict.exitCode).toBe(2);
  for (const kernel of KERNELS) {
    const target = targetOf(reportOf(run, object), kernel);
    const attached = (target.programs ?? []).map(({ name, attach_status, attach_target }) => [
      ...[name, attach_status, attach_target],
    ]);
    expect([kernel, target.failed_stage, ...attached]).toEqual([
      kernel,
      'attach',
      ['ssthresh_first', 'pass', 'first'],
      ['cong_avoid_first', 'pass', 'first'],
      ['ssthresh_second', 'fail', 'second'],
      ['cong_avoid_second', 'fail', 'second'],
      ['undo_cwnd', 'fail', 'second'],
    ]);
    expect(programOf(target, 'ssthresh_second').attach_errno).toBe(-17);
  }
}, 120_000);

describe('programs go with the maps that name them, whatever their sections say', () => {
  const object = fixture('struct_ops_opt_in');
  const loads = (run: Checked, kernel: string) =>
    targetOf(reportOf(run, object), kernel).programs?.map(({ name, load_status }) => [name, load_status]);

  test('what libbpf leaves out is not reported as loaded', async () => {
    const run = await check(scratch, [object], { kernels: KERNELS });
    for (const kernel of KERNELS) {
      expect([kernel, ...(loads(run, kernel) ?? [])]).toEqual([
        kernel,
        ['ssthresh_refused', 'skipped'],
        ['ssthresh_taken', 'pass'],
        ['cong_avoid', 'pass'],
        ['undo_cwnd', 'pass'],
      ]);
      expect(targetOf(reportOf(run, object), kernel).status).toBe('pass');
    }
  }, 120_000);

  test('what is switched on is loaded with its map', async () => {
    const manifest = 'programs:\n  - {name: ssthresh_refused, autoload: on}\n';
    const run = await check(scratch, [object], { kernels: KERNELS, manifest });
    expect(run.verdict.exitCode).toBe(2);
    for (const kernel of KERNELS) {
      const { failed_stage, findings } = targetOf(reportOf(run, object), kernel);
      expect([kernel, failed_stage, ...(findings ?? []).map(({ code, subject }) => [code, subject])]).toEqual([
        kernel,
        'load',
        ['VERIFIER_REJECTION', 'ssthresh_refused'],
      ]);
    }
  }, 120_000);
});

test('a declared failure hides none of programs that are opt-in by name or section alone', async () => {
  const object = join(scratch, 'hidden_failures.bpf.o');
  const bytes = readFileSync(fixture('hidden_failures'), 'latin1').replaceAll('twin_b', 'twin_a');
  writeFileSync(object, bytes, 'latin1');
  const manifest = 'expectations:\n  - {expect: fail, kernels: ">=5.0", code: MISSING_KFUNC, reason: not there}\n';
  const run = await check(scratch, [object], { kernels: ['debian-13-7.3'], manifest });
  expect(run.verdict.exitCode).toBe(2);
  const { findings } = targetOf(reportOf(run, object), 'debian-13-7.3');
  const causes = (findings ?? []).map(({ code, subject }) => `${code} ${subject}`);
  expect(causes.sort()).toEqual([
    'MISSING_KFUNC bpf_no_such_kfunc_anywhere',
    'VERIFIER_REJECTION ssthresh',
    'VERIFIER_REJECTION twin_a',
  ]);
}, 120_000);

test('a scheduler that the kernel takes out of service at once is not attached', async () => {
  const object = fixture('scheduler_fails');
  const manifest = 'programs:\n  - {name: fails, attach: {required: true}}\n';
  const run = await check(scratch, [object], { kernels: ['debian-13-7.3'], manifest });
  const target = targetOf(reportOf(run, object), 'debian-13-7.3');
  expect([target.status, target.failed_stage]).toEqual(['fail', 'attach']);
  expect(target.findings).toMatchObject([{ code: 'ATTACH_FAILED', args: { reason: 'scheduler_disabled' } }]);
}, 120_000);

test('nor is one that it takes out of service later, while a test runs', async () => {
  const object = fixture('scheduler_stalls');
  const wait = 'until grep -q disabled /sys/kernel/sched_ext/state; do sleep 0.1; done';
  const manifest = `programs:
  - {name: keeps, attach: {required: true}}
functional_tests:
  - {name: waits, command: ${JSON.stringify(wait)}, timeout: 30s}
`;
  // On newer kernels it is gone before the attach returns.
  const run = await check(scratch, [object], { kernels: ['debian-13-6.18', 'debian-13-7.3'], manifest });
  for (const kernel of ['debian-13-6.18', 'debian-13-7.3']) {
    const target = targetOf(reportOf(run, object), kernel);
    expect([kernel, target.status, target.failed_stage]).toEqual([kernel, 'fail', 'attach']);
    expect(target.findings?.[0]).toMatchObject({ code: 'ATTACH_FAILED', args: { reason: 'scheduler_disabled' } });
  }
}, 120_000);
