import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import type { Host } from '../../src/host/host.ts';
import { leaseStore, reserveStore } from '../../src/kernels/lease.ts';
import { secureRoot } from '../../src/kernels/store-root.ts';

let root: string;
let host: Host;
const { signal } = new AbortController();

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bpfcompat-lease-'));
  host = createHost({ env: { PATH: process.env['PATH'], BPFCOMPAT_CACHE_DIR: root } });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('a clean-up', () => {
  test('takes nothing from a run, and has the store when the run has ended', async () => {
    const lease = await leaseStore(host, 'run-1', signal);
    await expect(reserveStore(host, signal)).rejects.toMatchObject({ code: 'store_in_use' });
    await lease[Symbol.asyncDispose]();
    await using _alone = await reserveStore(host, signal);
  });

  test('is not held up by a run that was killed', async () => {
    mkdirSync(join(root, 'locks/runs'), { recursive: true });
    await host.files.writeAtomic(join(root, 'locks/runs/run-9'), '');
    await using _alone = await reserveStore(host, signal);
    expect(await host.files.list(join(root, 'locks/runs'))).toEqual([]);
  });
});

describe('the root of the store', () => {
  test.each([0o000, 0o077])('is private, and no one else can write above it, with umask %o', async (mask) => {
    const before = process.umask(mask);
    const at = join(root, 'new/above/store');
    const own = createHost({ env: { ...host.env, BPFCOMPAT_CACHE_DIR: at } });
    try {
      await (await leaseStore(own, 'run-1', signal))[Symbol.asyncDispose]();
    } finally {
      process.umask(before);
    }
    expect(statSync(at).mode & 0o777).toBe(0o700);
    for (const name of ['new', 'new/above']) expect(statSync(join(root, name)).mode & 0o022).toBe(0);
  });

  test('that cannot be made is reported with the remedy', async () => {
    const at = join(root, 'file');
    await host.files.writeAtomic(at, '');
    const own = createHost({ env: { ...host.env, BPFCOMPAT_CACHE_DIR: join(at, 'store') } });
    await expect(leaseStore(own, 'run-1', signal)).rejects.toMatchObject({
      code: 'cache_unwritable',
      message: expect.stringMatching(/set BPFCOMPAT_CACHE_DIR/),
    });
  });

  test('is closed where others could only read it', async () => {
    chmodSync(root, 0o755);
    await secureRoot(host, root);
    expect(statSync(root).mode & 0o777).toBe(0o700);
  });

  test('is rejected where others may write', async () => {
    chmodSync(root, 0o777);
    await expect(secureRoot(host, root)).rejects.toMatchObject({
      code: 'store_open',
      message: expect.stringContaining('BPFCOMPAT_CACHE_DIR'),
    });
  });

  test('is rejected where it is not ours', async () => {
    const stat = await host.files.stat(root);
    const other = { ...host, files: { ...host.files, stat: async () => stat && { ...stat, uid: stat.uid + 1 } } };
    await expect(secureRoot(other, root)).rejects.toMatchObject({ code: 'store_not_ours' });
  });

  test('is rejected in a directory that another user has made where anybody can make some', async () => {
    const planted = join(root, 'ci');
    const at = join(planted, 'cache/store');
    mkdirSync(at, { recursive: true });
    const other: Host['files']['stat'] = async (path) => {
      const stat = await host.files.stat(path);
      return stat && path === planted ? { ...stat, uid: stat.uid + 1 } : stat;
    };
    const seen = { ...host, files: { ...host.files, stat: other } };
    await secureRoot(seen, at);
    chmodSync(root, 0o1777);
    await expect(secureRoot(seen, at)).rejects.toMatchObject({
      code: 'store_planted',
      message: expect.stringContaining(`${planted}, which ${at} lies in, was made by user `),
    });
    await secureRoot(host, at);
  });
});
