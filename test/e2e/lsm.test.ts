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
