import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PlanOptions, planShards } from '../../src/api/plan.ts';
import { validateSuite } from '../../src/api/suite.ts';
import { validate } from '../../src/api/validate.ts';
import { reportJson } from '../../src/report/json.ts';
import { quickRun } from '../fixtures/scenes.ts';
import { writeShard } from '../fixtures/shards.ts';

let cwd = '';
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'plan-'));
  for (const name of ['a', 'b', 'c']) writeFileSync(join(cwd, `${name}.bpf.o`), name);
  writeFileSync(
    join(cwd, 'suite.yaml'),
    'name: s\ncases:\n  - {name: one, artifact: not-built.bpf.o, matrix: quick}\n  - {name: two, artifact: x.bpf.o, matrix: two.yaml}\n',
  );
  writeFileSync(join(cwd, 'two.yaml'), 'name: two\nprofiles: [{id: debian-12-6.1}, {id: debian-13-7.0}]\n');
});
afterAll(() => rmSync(cwd, { recursive: true }));

const plan = (options: PlanOptions) => planShards({ cwd, env: {}, ...options });

test('a row per shard, as a workflow takes it, and as one line in a file', async () => {
  const { matrix, json, cells, expectedMs } = await plan({ quick: true, shards: 2, out: 'new/matrix.json' });
  expect(matrix.include.map(({ shard }) => shard)).toEqual(['1/2', '2/2']);
  expect(matrix.include.flatMap(({ kernels }) => kernels.split(','))).toHaveLength(4);
  expect(json).toBe(`${JSON.stringify(matrix)}\n`);
  expect(readFileSync(join(cwd, 'new/matrix.json'), 'utf8')).toBe(json);
  expect({ cells, expectedMs }).toEqual({ cells: 4, expectedMs: [32_000, 32_000] });
});

test('no shard is empty', async () => {
  const { matrix } = await plan({ quick: true, artifacts: ['a.bpf.o'], shards: 100 });
  expect(matrix.include.map(({ shard }) => shard)).toEqual(['1/4', '2/4', '3/4', '4/4']);
  expect(matrix.include.every(({ kernels }) => kernels !== '')).toBe(true);
});

test('as many as the time needs', async () => {
  const wide = { kernels: ['debian-11-5.10', 'debian-12-6.1'], artifacts: ['*.bpf.o'] };
  expect((await plan(wide)).matrix.include).toHaveLength(1);
  expect((await plan({ ...wide, targetMs: 20_000 })).matrix.include).toHaveLength(2);
});

test('an older report says how long things take', async () => {
  const run = quickRun();
  const slow = run.results.map((result) => ({
    ...result,
    timings: { ...result.timings, prepareMs: result.cell.target === 0 ? 90_000 : 30_000 },
  }));
  const report = reportJson({ ...run, results: slow }, 0, { status: 'pass', exitCode: 0, reasons: [] }, { json: '' });
  writeFileSync(join(cwd, 'older.json'), report);
  const kernels = run.targets.map(({ profile }) => profile.id);
  const { matrix } = await plan({ kernels, shards: 2, baseline: 'older.json' });
  expect(matrix.include.map((row) => row.kernels).sort()).toEqual([kernels[0], kernels.slice(1).join(',')].sort());
});

test('a suite, whose objects need not be built', async () => {
  const { matrix, cells } = await plan({ suite: 'suite.yaml', shards: 5 });
  expect(cells).toBe(6);
  expect(matrix.include.flatMap(({ kernels }) => kernels.split(',')).sort()).toEqual(
    ['debian-11-5.10', 'debian-12-6.1', 'debian-13-6.12', 'debian-13-7.0', 'debian-13-7.3'].sort(),
  );
});

test('what is wrong is reported', async () => {
  await expect(plan({})).rejects.toThrow('no kernels are chosen');
  await expect(plan({ quick: true, artifacts: ['none/*.o'] })).rejects.toThrow('no file matches this pattern');
  await expect(plan({ quick: true, shards: 300 })).rejects.toThrow('a job matrix has 1 to 256 jobs');
  await expect(plan({ suite: 'no.yaml' })).rejects.toThrow('suite no.yaml: there is no such file');
});

test.each([
  { index: 0, total: 2 },
  { index: 3, total: 2 },
  { index: 1.5, total: 2 },
  { index: 1, total: 257 },
])('no run takes shard $index/$total', async (shard) => {
  await expect(validate({ artifacts: ['a.bpf.o'], quick: true, cwd, env: {}, shard })).rejects.toThrow(
    'cannot be: shards are numbered from 1, and there are at most 256',
  );
  await expect(validateSuite({ suite: 'suite.yaml', cwd, env: {}, shard })).rejects.toThrow('cannot be');
});

test('the shards that run are those that were planned', async () => {
  const run = quickRun();
  const kernels = run.targets.map(({ profile }) => profile.id);
  for (const { basename } of run.artifacts) writeFileSync(join(cwd, basename), '');
  const { matrix } = await plan({ kernels, artifacts: run.artifacts.map(({ basename }) => basename), shards: 3 });
  for (const [i, { kernels: planned }] of matrix.include.entries()) {
    const { report } = await writeShard(cwd, run, i + 1, 3, join(cwd, `shards/${i}.json`));
    expect(report.targets.map(({ profile }) => profile.id).join(',')).toBe(planned);
  }
});

test('a profile of the repository does not stand for the kernels of a word', async () => {
  const own = mkdtempSync(join(tmpdir(), 'plan-'));
  mkdirSync(join(own, 'matrices/profiles'), { recursive: true });
  const text = (id: string): string =>
    `id: ${id}\ndistro: debian\nkernel_family: "6.1"\narch: x86_64\nimage: {local_path: x}\n`;
  for (const id of ['quick', 'own-6.1']) writeFileSync(join(own, `matrices/profiles/${id}.yaml`), text(id));
  const kernelsOf = async (word: string) => (await plan({ cwd: own, kernels: [word], shards: 1 })).matrix.include;
  await expect(kernelsOf('quick')).rejects.toThrow('"quick" names several kernels');
  expect(await kernelsOf('own-6.1')).toMatchObject([{ kernels: 'own-6.1' }]);
  rmSync(own, { recursive: true });
});
