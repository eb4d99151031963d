import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { finish } from '../../src/api/finish.ts';
import { suiteConclusion } from '../../src/api/finish-suite.ts';
import { type MergeOptions, mergeReports } from '../../src/api/merge.ts';
import { shardPart } from '../../src/api/shard-part.ts';
import { divideRuns } from '../../src/api/shard-plan.ts';
import type { ShardCase } from '../../src/model/shard.ts';
import { quickRun } from '../fixtures/scenes.ts';
import { host, plannedRun } from '../fixtures/shards.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'merge-suite-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const whole = quickRun();
/** Each object of the run as a run of its own, as the cases of a suite have it. */
const runs = whole.artifacts.map((artifact, index) => ({
  ...whole,
  artifacts: [artifact],
  results: whole.results
    .filter(({ cell }) => cell.artifact === index)
    .map((result) => ({ ...result, cell: { ...result.cell, artifact: 0 } })),
}));

function caseOf(name: string, part: Partial<ShardCase>): ShardCase {
  const artifact = `/src/${name}.bpf.o`;
  return { name, artifact, manifest: '', matrix: '', required: true, origin: 'suite.yaml:3:5', error: '', ...part };
}

const CASES = [
  caseOf('good', { run: 0 }),
  caseOf('gone', { run: 1, required: false }),
  caseOf('half', { run: 2 }),
] as const;

async function writeShard(index: number, total: number, cases: readonly ShardCase[] = CASES): Promise<void> {
  const reportTargets = {
    workdir: dir,
    out: '',
    markdown: '',
    artifactVersion: '',
    artifactVariant: '',
    artifactUri: '',
  };
  const prepared = runs.map((run, i) => ({
    run: plannedRun(run, [], '', CASES[i]?.name ?? ''),
    gate: {},
    baseline: undefined,
    manifest: '',
    reportTargets,
  }));
  const plan = divideRuns(prepared, total, undefined);
  const parts = prepared.map((one, i) => {
    const run = runs[i] as (typeof runs)[number];
    const cells = plan.runs[i] ?? [];
    const own = cells.filter(({ shard }) => shard === index).map(({ target }) => target);
    const results = run.results.filter(({ cell }) => own.includes(cell.target));
    return { ...one, whole: { ...run, results }, report: run, cells };
  });
  const times = { startedAt: `2026-01-02T03:0${index}:00Z`, finishedAt: `2026-01-02T03:1${index}:00Z` };
  const facts = { name: 'nightly', ...times, durationMs: index * 1000 };
  const ended = {
    suite: {
      ...facts,
      status: 'pass' as const,
      exitCode: 0 as const,
      notRun: [],
      part: shardPart({ index, total }, plan, times.startedAt, parts, { ...facts, cases }),
    },
    cases: [],
    paths: { json: join(dir, `shards/${index}.json`), markdown: '' },
  };
  await finish({ host, cwd: dir, onEvent: () => {}, history: false }, [], (runs) => suiteConclusion(ended, runs));
}

async function merge(more: Partial<MergeOptions> = {}) {
  const merged = await mergeReports({ reports: ['shards'], out: 'suite.json', cwd: dir, env: {}, ...more });
  if (merged.kind !== 'suite') throw new Error('this is a suite');
  return merged;
}

test('the lists of a work directory are written once, however many cases there are', async () => {
  await writeShard(2, 2);
  await writeShard(1, 2);
  const writes: string[] = [];
  const files = {
    ...host.files,
    writeAtomic: async (path: string, bytes: string | Uint8Array) => {
      writes.push(path);
      await host.files.writeAtomic(path, bytes);
    },
  };
  await merge({ host: { ...host, files } });
  const times = (name: string): number => writes.filter((path) => path.endsWith(name)).length;
  expect([times('metadata.json'), times('runs.jsonl'), times('artifact_versions.jsonl')]).toEqual([3, 1, 1]);
});

test('cases in the order of the file, each with a report and an id of its own', async () => {
  await writeShard(2, 2);
  await writeShard(1, 2);
  const { suite, missing } = await merge();
  expect(missing).toEqual([]);
  expect(suite).toMatchObject({
    name: 'nightly',
    status: 'pass',
    exitCode: 0,
    startedAt: '2026-01-02T03:01:00Z',
    finishedAt: '2026-01-02T03:12:00Z',
    durationMs: 2000,
  });
  expect(suite.cases.map(({ name, status }) => `${name} ${status}`)).toEqual(['good pass', 'gone fail', 'half pass']);
  const document = JSON.parse(readFileSync(join(dir, 'suite.json'), 'utf8'));
  expect(new Set(document.cases.map(({ run_id: id }: { run_id: string }) => id)).size).toBe(3);
  for (const one of document.cases) {
    expect(JSON.parse(readFileSync(one.report_json_path, 'utf8')).targets).toHaveLength(4);
    expect(one.origin).toBe('suite.yaml:3:5');
  }
  expect(document.shard).toBeUndefined();
});

test('a shard that is missing makes the suite an error, when no required case needed it too', async () => {
  await writeShard(1, 2);
  const { suite, missing } = await merge();
  expect(missing).toHaveLength(1);
  expect(suite).toMatchObject({ status: 'error', exitCode: 1 });
  expect(suite.cases[0]?.completed?.verdict.reasons[0]).toMatch(/inconclusive: shard 2\/2 is missing/);
});

describe('a case that could not start', () => {
  const stuck = [...CASES, caseOf('stuck', { error: 'artifact /src/stuck.bpf.o: there is no such file' })];

  test('is an error of the whole suite', async () => {
    await writeShard(1, 2, stuck);
    await writeShard(2, 2, stuck);
    const { suite } = await merge();
    expect(suite).toMatchObject({ status: 'error', exitCode: 1 });
    expect(suite.cases.at(-1)).toMatchObject({
      name: 'stuck',
      error: stuck.at(-1)?.error,
      completed: undefined,
      json: '',
    });
  });
});

test('what decides at the merge decides about every case', async () => {
  await writeShard(1, 2);
  await writeShard(2, 2);
  expect((await merge({ failOn: 'never' })).suite.cases.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
  await expect(merge({ failOn: 'regression' })).rejects.toThrow('failOn: "regression" needs an older report');
});

test('the older run of a suite is held against each case by its name', async () => {
  await writeShard(1, 2);
  await writeShard(2, 2);
  await merge({ out: 'older.json' });
  const { suite } = await merge({ baseline: 'older.json', failOn: 'regression' });
  expect(suite.baseline).toMatchObject({ path: 'older.json', gone: [] });
  expect(suite.cases.map(({ completed }) => completed?.run.baseline?.[0]?.summary.knownFailures)).toEqual([0, 1, 0]);
});
