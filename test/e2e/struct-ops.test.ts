import { expect, test } from 'vitest';
import { check, reportOf } from './support/check.ts';
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
