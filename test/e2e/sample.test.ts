import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { check, reportOf } from './support/check.ts';
import { bpfcompat } from './support/cli.ts';
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

describe('a suite', () => {
  const dir = mkdtempSync(join(scratch, 'suite-'));
  const suite = `name: s
defaults: {kernels: [${KERNELS.join(', ')}]}
cases:
  - {name: object, artifact: simple_pass.bpf.o}
  - {name: command, command: "uname -r"}
`;
  copyFileSync(OBJECT, join(dir, 'simple_pass.bpf.o'));
  writeFileSync(join(dir, 'suite.yaml'), suite);
  const run = async (...flags: string[]) => {
    const end = await bpfcompat(['suite', '--suite', 'suite.yaml', '--offline', '--out', 'suite.json', ...flags], {
      cwd: dir,
    });
    return end;
  };

  test('is tested on one kernel of each class, case by case; commands on all', async () => {
    const end = await run('--sample', '--accept-inferred', '--facts', 'facts');
    expect(end.code, end.stdout + end.stderr).toBe(0);
    const { cases } = JSON.parse(readFileSync(join(dir, 'suite.json'), 'utf8'));
    const statuses = cases.map(({ targets }: { targets: { status: string }[] }) => targets.map(({ status }) => status));
    expect(statuses).toEqual([
      ['pass', 'pass', 'inferred'],
      ['pass', 'pass', 'pass'],
    ]);
    expect(end.stdout + end.stderr).toContain('command: all kernels are tested: what a command finds may differ');
  });

  test('with inferred results that were not accepted is inconclusive, and one in shards is not sampled', async () => {
    expect((await run('--sample', '--facts', 'facts')).code).toBe(1);
    const both = await run('--sample', '--shard', '1/2');
    expect([both.code, both.stderr]).toEqual([1, expect.stringContaining('--sample cannot be combined with --shard')]);
    expect((await run('--facts', 'facts')).stderr).toContain('add --sample');
  });
});
