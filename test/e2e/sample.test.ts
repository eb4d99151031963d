import { join } from 'node:path';
import { expect, test } from 'vitest';
import { check, reportOf } from './support/check.ts';
import { ROOT } from './support/places.ts';
import { scratchDir } from './support/scratch.ts';

const scratch = scratchDir();
const OBJECT = join(ROOT, 'examples/simple-pass/simple_pass.bpf.o');
/** Two builds of one version by one vendor, and one of another. */
const KERNELS = ['debian-12-6.1', 'debian-12-6.12', 'debian-13-6.12'];

test('one kernel of each class is booted, and no other', async () => {
  const run = await check(scratch, [OBJECT], { kernels: KERNELS, sample: true, facts: 'facts' });
  const outcomes = run.report.results.map(({ outcome, guest }) => [outcome.status, guest !== undefined]);
  expect(outcomes).toEqual([
    ['pass', true],
    ['pass', true],
    ['inferred', false],
  ]);
  expect(run.verdict).toMatchObject({ status: 'error', exitCode: 1 });
  expect(reportOf(run, OBJECT).targets?.[2]).toMatchObject({
    status: 'inferred',
    inference: { from: 'debian-12-6.12', verdict: 'pass', accepted: false },
  });
});

test('what is inferred counts where the user says so', async () => {
  const { verdict, report } = await check(scratch, [OBJECT], { kernels: KERNELS, sample: true, acceptInferred: true });
  expect(verdict).toMatchObject({ status: 'pass', exitCode: 0 });
  expect(report.notes.join('\n')).toContain('1 of 3 checks are not run');
});

test('shards and commands are not sampled', async () => {
  await expect(
    check(scratch, [OBJECT], { kernels: KERNELS, sample: true, shard: { index: 1, total: 2 } }),
  ).rejects.toThrow(/cannot be combined/);
  await expect(check(scratch, [OBJECT], { kernels: KERNELS, acceptInferred: true })).rejects.toThrow(/add .*sample/);
});
