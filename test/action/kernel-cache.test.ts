import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { KernelTransfer } from '../../src/api/kernel-transfer.ts';
import { type ResultsService, startResultsService } from './support/results-service.ts';

const home = mkdtempSync(join(tmpdir(), 'bpfcompat-cache-'));
let log = '';
// The Action writes to the stream as it was when it was loaded: its log is heard from there on.
const { write } = process.stdout;
process.stdout.write = (text: string | Uint8Array) => {
  log += String(text);
  return true;
};
const { saveKernels } = await import('../../src/action/kernel-cache.ts');
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

test('packages stay where the cache cannot be asked, for a job that can', async () => {
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
