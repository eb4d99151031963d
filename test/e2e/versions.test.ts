import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { check } from './support/check.ts';
import { ROOT } from './support/places.ts';
import { scratchDir } from './support/scratch.ts';

const scratch = scratchDir();
const GOOD = join(ROOT, 'examples/simple-pass/simple_pass.bpf.o');
const BAD = join(ROOT, 'examples/core-relocation-fail/core_relocation_fail.bpf.o');

test('two versions are tested at once, and the current one is judged by what is new', async () => {
  const dirs = [join(scratch, 'old'), join(scratch, 'new')] as const;
  for (const dir of dirs) mkdirSync(dir);
  const [old, current] = dirs;
  copyFileSync(GOOD, join(old, 'x.bpf.o'));
  copyFileSync(BAD, join(current, 'x.bpf.o'));
  copyFileSync(BAD, join(old, 'y.bpf.o'));
  copyFileSync(BAD, join(current, 'y.bpf.o'));
  const artifacts = [`old=${old}/*.bpf.o`, `new=${current}/*.bpf.o`];
  const { verdict, reports } = await check(scratch, artifacts, { kernels: ['debian-12-6.1'], failOn: 'regression' });
  expect(verdict).toMatchObject({ status: 'fail', exitCode: 2 });
  expect(verdict.reasons.filter((reason) => reason.startsWith('required'))).toHaveLength(1);
  const changes = ['x.bpf.o', 'y.bpf.o'].map((name) => reports.get(name)?.versions?.targets[0]?.change);
  expect(changes).toEqual(['regression', 'same']);
});

test('of several versions the last is judged against the first, and the others have their column', async () => {
  const dirs = ['v1', 'v2', 'v3'].map((name) => join(scratch, name));
  for (const [index, dir] of dirs.entries()) {
    mkdirSync(dir);
    copyFileSync(index === 1 ? BAD : GOOD, join(dir, 'x.bpf.o'));
  }
  const artifacts = dirs.map((dir, index) => `v${index + 1}=${dir}/x.bpf.o`);
  const { verdict, reports } = await check(scratch, artifacts, { kernels: ['debian-12-6.1'] });
  expect(verdict).toMatchObject({ status: 'pass', exitCode: 0 });
  expect(reports.get('x.bpf.o')?.versions).toEqual({
    baseline: 'v1',
    between: ['v2'],
    current: 'v3',
    targets: [{ profile_id: 'debian-12-6.1', baseline: 'pass', between: ['fail'], current: 'pass', change: 'same' }],
  });
});
