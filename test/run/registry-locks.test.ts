import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import type { TempDir } from '../../src/host/host.ts';
import { registryLocks } from '../../src/run/registry-locks.ts';

const host = createHost({ env: {} });
let dir: TempDir;
let path: string;

beforeEach(async () => {
  dir = await host.files.tempDir('bpfcompat-registry-test-');
  path = join(dir.path, 'runs.lock');
});
afterEach(() => dir[Symbol.asyncDispose]());

test('all lists of a run together are waited for no longer than one', async () => {
  await using _held = await host.files.lock(path);
  const locks = registryLocks(host, undefined, () => {}, 300);
  await expect(locks.take(path)).rejects.toMatchObject({ code: 'lock_held' });
  const before = host.monotonicMs();
  await expect(locks.take(path)).rejects.toThrow(`${path} is locked by another process`);
  expect(host.monotonicMs() - before).toBeLessThan(300);
  await using _free = await registryLocks(host, undefined, () => {}, 5000).take(join(dir.path, 'other.lock'));
});

test('the user hears once of the waiting, and may end it', async () => {
  await using _held = await host.files.lock(path);
  const user = new AbortController();
  const notes: string[] = [];
  const locks = registryLocks(host, user.signal, (message) => {
    notes.push(message);
    user.abort();
  });
  await expect(locks.take(path)).rejects.toMatchObject({
    code: 'lock_held',
    message: expect.stringContaining('cancelled'),
  });
  await expect(locks.take(path)).rejects.toMatchObject({ code: 'lock_held' });
  expect(notes).toEqual([
    `${path} is locked by another process: waiting for it, at most 30 s; no verdict depends on it`,
  ]);
});
