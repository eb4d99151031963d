import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listHistory, signAll, verifyAll } from '../../src/api/history.ts';
import { createHost } from '../../src/host/create-host.ts';
import { dropIdleWork, ensureWorkDirectory } from '../../src/run/directories.ts';
import { recordRun } from '../fixtures/record-run.ts';
import { quickRun } from '../fixtures/scenes.ts';

const host = createHost({ env: { PATH: process.env['PATH'] } });
let base = '';
let workDir = '';
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'directories-'));
  workDir = join(base, '.bpfcompat');
  mkdirSync(join(base, 'outside'), { mode: 0o755 });
  writeFileSync(join(base, 'outside/secret'), 'token\n');
});
afterEach(() => rmSync(base, { recursive: true }));

/** Puts a link at a place of the work directory. */
function link(path: string, target: string): void {
  mkdirSync(dirname(join(workDir, path)), { recursive: true });
  symlinkSync(join(base, 'outside', target), join(workDir, path));
}

test('a work directory is made and kept out of git', async () => {
  await ensureWorkDirectory(host, workDir);
  expect(readdirSync(workDir).sort()).toEqual(['.gitignore', 'runs']);
});

describe('links in the work directory', () => {
  const places: readonly (readonly [path: string, target: string])[] = [
    ['runs', ''],
    ['registry', ''],
    ['keys', ''],
    ['.gitignore', 'secret'],
    ['registry/runs.jsonl', 'secret'],
    ['registry/runs.lock', 'new'],
    ['registry/artifact_versions.jsonl', 'secret'],
    ['registry/artifact_versions.lock', 'new'],
    ['keys/artifact-registry-signing-key.ed25519', 'secret'],
  ];

  test.each(places)('%s is rejected before a run, and named', async (path, target) => {
    link(path, target);
    await expect(ensureWorkDirectory(host, workDir)).rejects.toMatchObject({
      code: 'link_in_workdir',
      message: `${join(workDir, path)} is a link, and none is followed in a work directory; remove it, or choose another directory with workDir`,
    });
    expect(readdirSync(join(base, 'outside'))).toEqual(['secret']);
  });

  test.each([
    ['registry', ''],
    ['registry/artifact_versions.jsonl', 'secret'],
  ])('%s is not read as the history', async (path, target) => {
    link(path, target);
    await expect(listHistory({ workDir })).rejects.toThrow(/is a link/);
    await expect(signAll({ workDir })).rejects.toThrow(/is a link/);
  });

  test.each([
    ['keys', ''],
    ['keys/trusted-signing-keys.pub', 'secret'],
  ])('%s is not a place for keys', async (path, target) => {
    link(path, target);
    await expect(verifyAll({ workDir })).rejects.toThrow(/is a link/);
  });

  test('a directory elsewhere keeps its mode, and no lock is made there', async () => {
    link('keys', '');
    link('registry/artifact_versions.lock', 'new');
    const places = {
      workdir: workDir,
      out: '',
      markdown: '',
      artifactVersion: 'v',
      artifactVariant: '',
      artifactUri: '',
    };
    const recorded = recordRun(host, quickRun(), { json: '', markdown: '', artifacts: [] }, places, '');
    await recorded.catch(() => {});
    expect(statSync(join(base, 'outside')).mode & 0o777).toBe(0o755);
    expect(existsSync(join(base, 'outside/new'))).toBe(false);
    expect(readdirSync(join(base, 'outside'))).toEqual(['secret']);
  });
});

test('a work directory in which nothing came to be is gone again, what is in one stays', async () => {
  await ensureWorkDirectory(host, workDir);
  await dropIdleWork(host, workDir);
  expect(readdirSync(base)).toEqual(['outside']);
  await dropIdleWork(host, workDir);

  await ensureWorkDirectory(host, workDir);
  mkdirSync(join(workDir, 'runs/r1'));
  await dropIdleWork(host, workDir);
  expect(readdirSync(join(workDir, 'runs'))).toEqual(['r1']);

  // Whatever it is called.
  const own = join(base, 'own');
  await ensureWorkDirectory(host, own);
  await dropIdleWork(host, own);
  expect(readdirSync(base).sort()).toEqual(['.bpfcompat', 'outside']);

  // A directory that was there stays, and so do rules that somebody else wrote.
  mkdirSync(own);
  await ensureWorkDirectory(host, own);
  expect(readdirSync(own).sort()).toEqual(['.gitignore', 'runs']);
  await dropIdleWork(host, own);
  expect(readdirSync(own)).toEqual([]);
  writeFileSync(join(own, '.gitignore'), '*\n');
  await ensureWorkDirectory(host, own);
  await dropIdleWork(host, own);
  expect(readdirSync(own)).toEqual(['.gitignore']);
});
