import { rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stampOf } from '../../../src/guests/snapshot/stamp.ts';
import { createHost } from '../../../src/host/create-host.ts';
import type { TempDir } from '../../../src/host/host.ts';

const { files } = createHost({ env: {} });
let dir: TempDir;
let path: string;

beforeEach(async () => {
  dir = await files.tempDir('bpfcompat-stamp-test-');
  path = join(dir.path, 'ram');
  await writeFile(path, 'memory');
});
afterEach(() => dir[Symbol.asyncDispose]());

async function stamp(): Promise<string> {
  const stat = await files.stat(path);
  return stampOf(stat ?? expect.fail('the file is gone'));
}

/** Time stamps of files only tick with the kernel's timer. */
const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

it('stays while no one touches the file', async () => {
  const before = await stamp();
  await files.read(path, 100);
  await tick();
  expect(await stamp()).toBe(before);
});

it('changes with every write, also one that puts the modification time back', async () => {
  const before = await stamp();
  const stat = await files.stat(path);
  await tick();
  await writeFile(path, 'MEMORY');
  await utimes(path, (stat?.mtimeMs ?? 0) / 1000, (stat?.mtimeMs ?? 0) / 1000);
  expect(await stamp()).not.toBe(before);
});

it('is not that of a copy put in its place', async () => {
  const before = await stamp();
  await writeFile(`${path}.copy`, 'memory');
  await rename(`${path}.copy`, path);
  expect(await stamp()).not.toBe(before);
});
