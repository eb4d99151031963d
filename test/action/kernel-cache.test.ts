import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { runnerOf } from '../../src/action/runner.ts';
import type { KernelTransfer } from '../../src/api/kernel-transfer.ts';
import { type ResultsService, startResultsService } from './support/results-service.ts';

const home = mkdtempSync(join(tmpdir(), 'bpfcompat-cache-'));
let log = '';
// The Action writes to the stream as it was when it was loaded: it is loaded again, and its log is heard from there on.
vi.resetModules();
const { write } = process.stdout;
process.stdout.write = (text: string | Uint8Array) => {
  log += String(text);
  return true;
};
const { restoreKernels, saveKernels } = await import('../../src/action/kernel-cache.ts');
process.stdout.write = write;

let service: ResultsService;
let id: string;
let next = 1;
let given: string[];

/** A kernel whose packages are kept on this machine until they are given away. */
function kernels(kept = true): KernelTransfer {
  return {
    stored: async () => 'd1'.repeat(32),
    async give(profile, dir) {
      if (!kept || given.includes(profile)) return false;
      given.push(profile);
      mkdirSync(dir, { recursive: true });
      writeFileSync(join(dir, 'package.deb'), 'bytes');
      return true;
    },
    take: async () => 'nothing is taken here',
  };
}

const save = (transfer: KernelTransfer, env: Record<string, string> = {}) =>
  saveKernels([{ profile: id, suffix: '' }], transfer, { env, arch: 'x64' });
const calls = (): string[] => service.calls.map(({ method }) => method).filter((method) => /Cache/.test(method));

beforeAll(async () => {
  service = await startResultsService();
  vi.stubEnv('HOME', home);
  vi.stubEnv('GITHUB_WORKSPACE', home);
  vi.stubEnv('RUNNER_TEMP', home);
  vi.stubEnv('ACTIONS_RESULTS_URL', service.url);
  vi.stubEnv('ACTIONS_RUNTIME_TOKEN', `${Buffer.from('{}').toString('base64url')}.e30.x`);
  vi.stubEnv('ACTIONS_CACHE_SERVICE_V2', 'True');
});
beforeEach(() => {
  given = [];
  log = '';
  id = `debian-${next++}`;
  service.fault = () => undefined;
  service.calls.length = 0;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await service.close();
  rmSync(home, { recursive: true });
});

test('a kernel is saved once, and its packages go when the cache has them', async () => {
  await save(kernels());
  expect(log).toContain(`${id}: saved`);
  expect(service.caches).toHaveLength(1);
  given = [];
  service.calls.length = 0;
  await save(kernels());
  expect(log).toContain(`${id}: is in the cache already`);
  expect([calls(), given]).toEqual([['GetCacheEntryDownloadURL'], [id]]);
});

test('packages stay where the cache is out of reach, for a job that can', async () => {
  service.fault = ({ method }) =>
    method === 'GetCacheEntryDownloadURL' ? { status: 403, body: { code: 'permission_denied', msg: 'no' } } : undefined;
  await save(kernels());
  expect(log).toContain(`${id}: was not saved: `);
  expect(given).toEqual([]);
});

test('a token that may only write does not look', async () => {
  await save(kernels(), { ACTIONS_CACHE_MODE: 'write-only' });
  expect(log).toContain(`${id}: saved`);
  expect(calls()).not.toContain('GetCacheEntryDownloadURL');
});

test('a kernel without its packages is nothing to save', async () => {
  await save(kernels(false));
  expect(log).toContain('without its packages: nothing to save');
  expect(calls()).toEqual(['GetCacheEntryDownloadURL']);
});

/** A machine that has nothing, and what it takes out of the cache. */
async function restore(): Promise<{ readonly restored: readonly string[]; readonly taken: string[] }> {
  const taken: string[] = [];
  const transfer: KernelTransfer = {
    ...kernels(),
    stored: async () => undefined,
    async take(_profile, dir) {
      taken.push(...readdirSync(dir));
      return undefined;
    },
  };
  const env = { ...process.env };
  const { restored } = await restoreKernels([id], transfer, { env, runner: runnerOf(env), arch: 'x64' });
  return { restored, taken };
}

test.each(['dists', 'rpms'])('what is kept of a kernel in %s comes back', async (kept) => {
  await save({
    ...kernels(),
    async give(_profile, dir) {
      mkdirSync(join(dir, kept), { recursive: true });
      writeFileSync(join(dir, kept, 'file'), 'bytes');
      return true;
    },
  });
  expect(await restore()).toEqual({ restored: [id], taken: [kept] });
});

/** Puts other bytes into the newest entry. @param more words for tar: names of further members */
function spoil(make: (tree: string) => void, more: readonly string[] = []): Buffer {
  const entry = service.caches.at(-1);
  if (entry === undefined) throw new Error('there is no entry to spoil');
  const tree = mkdtempSync(join(tmpdir(), 'bpfcompat-bomb-'));
  mkdirSync(join(tree, 'dists'));
  make(tree);
  execFileSync('tar', ['-S', '-c', '-f', join(tree, 'a.tar'), '-C', tree, 'dists', ...more]);
  entry.bytes = execFileSync('zstd', ['-q', '-c', join(tree, 'a.tar')]);
  rmSync(tree, { recursive: true });
  return entry.bytes;
}

test('an entry that would fill the disk is not an entry', async () => {
  await save(kernels());
  const bytes = spoil((tree) => {
    writeFileSync(join(tree, 'dists/InRelease'), '');
    truncateSync(join(tree, 'dists/InRelease'), 3 * 2 ** 30);
  });
  expect(bytes.length).toBeLessThan(10_000);
  expect(await restore()).toEqual({ restored: [], taken: [] });
  expect(log).toContain(`${id}: the cache entry is not used: it cannot be unpacked`);
});

test('an entry of ever so many empty files is not an entry', async () => {
  await save(kernels());
  spoil((tree) => writeFileSync(join(tree, 'dists/empty'), ''), Array<string>(10_000).fill('dists/empty'));
  expect(await restore()).toEqual({ restored: [], taken: [] });
  expect(log).toContain(`${id}: the cache entry is not used: it cannot be unpacked`);
});
