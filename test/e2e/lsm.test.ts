import { expect, test } from 'vitest';
import { check, reportOf } from './support/check.ts';
import { fixture } from './support/places.ts';
import { targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

const scratch = scratchDir();

test('a required LSM program whose hook is in the manifest fails where it never runs', async () => {
  const object = fixture('bare_lsm');
  const manifest = 'programs:\n  - {name: hook, attach_target: file_open, attach: {required: true}}\n';
  // Debian 11 builds BPF LSM but leaves it out of CONFIG_LSM.
  const run = await check(scratch, [object], { kernels: ['debian-11-5.10', 'debian-13-7.3'], manifest });
  const report = reportOf(run, object);
  const old = targetOf(report, 'debian-11-5.10');
  expect(old).toMatchObject({ status: 'fail', failed_stage: 'attach' });
  expect(old.findings).toMatchObject([{ code: 'LSM_BPF_NOT_ENABLED', subject: 'hook' }]);
  expect(targetOf(report, 'debian-13-7.3')).toMatchObject({ status: 'pass' });
}, 120_000);

test('a read that an LSM program decides is neither an exit code nor output', async () => {
  const object = fixture('lsm_answers_reads');
  const manifest =
    'functional_tests:\n  - {name: fails, command: "echo said; exit 3", expect_stdout_contains: said, timeout: 5s}\n';
  const run = await check(scratch, [object], { kernels: ['debian-12-6.1'], manifest, mode: 'behavior' });
  expect(run.verdict.exitCode).toBe(2);
  const target = targetOf(reportOf(run, object), 'debian-12-6.1');
  expect([target.failed_stage, target.functional?.tests?.[0]?.exit_code]).toEqual(['functional', 126]);
}, 120_000);
