import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readlinkSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import type { TempDir } from '../../src/host/host.ts';
import { markRun, sweepRuns } from '../../src/run/run-marks.ts';

const host = createHost({ env: {} });
let dir: TempDir;
let runs: string;

beforeEach(async () => {
  dir = await host.files.tempDir('bpfcompat-marks-test-');
  runs = join(dir.path, 'runs');
});
afterEach(() => dir[Symbol.asyncDispose]());

async function begin(id: string): Promise<AsyncDisposable> {
  const mark = await markRun(host, join(runs, id));
  mkdirSync(join(runs, id, 'targets'), { recursive: true });
  return mark;
}

/** As if the process that began it had been killed. */
function killed(id: string): void {
  const gone = String(spawnSync('true').pid);
  const mark = readdirSync(runs).find((name) => name.startsWith(`.${id}.`)) ?? expect.fail();
  renameSync(join(runs, mark), join(runs, mark.replace(`-${process.pid}.`, `-${gone}.`)));
}

test('a run that was killed while it ran is swept; one that goes on, and one that has ended, stay', async () => {
  for (const id of ['killed', 'ended', 'reported', 'older']) await begin(id);
  killed('killed');
  killed('reported');
  writeFileSync(join(runs, 'reported/metadata.json'), '{}');
  await (await begin('over'))[Symbol.asyncDispose]();
  mkdirSync(join(runs, 'nobodys'));
  await sweepRuns(host, dir.path);
  expect(existsSync(join(runs, 'killed'))).toBe(false);
  const left = readdirSync(runs).filter((name) => !name.startsWith('.'));
  expect(left.sort()).toEqual(['ended', 'nobodys', 'older', 'over', 'reported']);
  expect(readdirSync(runs).filter((name) => /^\.(?:killed|reported|over)\./.test(name))).toEqual([]);
});

test('a name that comes with a repository leads to nothing but the directory of a run', async () => {
  const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? expect.fail();
  const gone = spawnSync('true').pid;
  mkdirSync(join(dir.path, 'keys'));
  writeFileSync(join(dir.path, 'keys/signing-key'), 'key');
  mkdirSync(join(runs, 'whole'), { recursive: true });
  const names = ['.', '..', '-', '.hidden'].map((of) => `.${of}.${namespace}-${gone}.0badcafe.tmp`);
  for (const name of names) writeFileSync(join(runs, name), '');
  mkdirSync(join(runs, '.hidden'));
  await sweepRuns(host, dir.path);
  expect(existsSync(join(dir.path, 'keys/signing-key'))).toBe(true);
  expect(readdirSync(runs).sort()).toEqual([...names, '.hidden', 'whole'].sort());
});

test('there is nothing to sweep where nothing ran', async () => {
  await sweepRuns(host, dir.path);
  expect(existsSync(runs)).toBe(false);
});
