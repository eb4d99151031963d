import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fetchedStore, ON_THIS_MACHINE, seedStore } from '../action/support/kernels.ts';
import { faultOf, type ResultsService, startResultsService } from '../action/support/results-service.ts';
import { annotationsOf, type Job, makeJob, nodeVersions, runAction, scratchDir } from '../action/support/runner.ts';
import { example } from './support/places.ts';

// One story of one repository: its jobs run on machines that are thrown away, only the cache lasts.
const KERNEL = 'debian-12-6.1';
const INPUTS = {
  artifact: 'simple-pass.bpf.o',
  kernels: KERNEL,
  offline: 'true',
  'upload-evidence': 'false',
};
const ENV = { BPFCOMPAT_ACCEL: 'tcg' };
const fetched = scratchDir('bpfcompat-fetched-');
beforeAll(() => fetchedStore(fetched, KERNEL), 300_000);

const SERVICE_FAULTS = [
  [
    'the save is denied',
    { CreateCacheEntry: { status: 200, body: { ok: false, message: 'cache write denied: read-only token' } } },
  ],
  [
    'the entry exists',
    { CreateCacheEntry: { status: 200, body: { ok: false, message: 'cache entry already exists' } } },
  ],
  [
    'the look-up is denied',
    { GetCacheEntryDownloadURL: { status: 403, body: { code: 'permission_denied', msg: 'cache read denied: no' } } },
  ],
  [
    'there are too many requests',
    { CreateCacheEntry: { status: 429, body: { code: 'resource_exhausted', msg: 'slow down' } } },
  ],
  ['the upload is refused', { 'blob:PUT': { status: 403, body: {} } }],
  ['the service hangs up', { GetCacheEntryDownloadURL: 'drop', CreateCacheEntry: 'drop' }],
] as const;

describe.each(nodeVersions())('$name', ({ node }) => {
  let service: ResultsService;

  beforeAll(async () => {
    service = await startResultsService();
  });
  afterEach(() => {
    service.fault = () => undefined;
  });
  afterAll(() => service.close());

  function freshMachine(): Job {
    const job = makeJob();
    copyFileSync(example('simple-pass'), join(job.workspace, 'simple-pass.bpf.o'));
    return job;
  }

  /** On a machine of its own every guest boots from nothing: no one comes back to a saved one. */
  function run(job: Job, env: Record<string, string> = {}) {
    const isolation = 'BPFCOMPAT_CACHE_DIR' in env ? 'cell' : 'boot';
    return runAction({ job, node, service, env: { ...ENV, ...env }, inputs: { ...INPUTS, isolation } });
  }

  test('a miss: the kernel would be fetched; what was fetched is saved once, after the job', async () => {
    const job = freshMachine();
    const { main, post } = await run(job);
    expect(main.exitCode, main.log).toBe(1);
    expect(main.log).toMatch(/kernels: 0 from the cache, 0 stored here, of 1/);
    expect(main.outputs).toMatchObject({ result: 'error', 'cache-hit': 'false', 'cached-kernels': '0' });
    // What a download would have left behind.
    seedStore(job.home, fetched);
    const end = await post();
    expect(end.exitCode, end.log).toBe(0);
    expect(service.caches.map(({ key }) => key)).toEqual([
      expect.stringMatching(/^bpfcompat-kernel\/v2\/x64\/debian-12-6\.1\/[0-9a-f]{64}$/),
    ]);
  });

  test('a hit: another machine boots the kernel without a network, and saves nothing', async () => {
    const { main, post } = await run(freshMachine());
    expect(main.exitCode, main.log).toBe(0);
    expect(main.outputs).toMatchObject({ result: 'pass', 'cache-hit': 'true', 'cached-kernels': '1' });
    const end = await post();
    expect(main.log).toMatch(/debian-12-6\.1: from the cache, verified in/);
    expect(end.log).not.toMatch(/saved/);
    expect(service.caches).toHaveLength(1);
  });

  test('a poisoned entry is never booted, and a good one takes its place', async () => {
    const [entry] = service.caches;
    if (!entry) throw new Error('there is no entry to poison');
    const good = entry.bytes;
    const tar = execFileSync('zstd', ['-d', '-c', '-q'], { input: good, maxBuffer: 1 << 28 });
    const middle = Math.floor(tar.length / 2);
    tar[middle] = (tar[middle] ?? 0) ^ 0xff;
    entry.bytes = execFileSync('zstd', ['-c', '-q'], { input: tar, maxBuffer: 1 << 28 });

    const job = freshMachine();
    const { main, post } = await run(job);
    expect(main.exitCode, main.log).toBe(1);
    expect(main.log).toMatch(/the cache entry is not used: .*(?:Hash Sum mismatch|digest)/);
    expect(main.outputs).toMatchObject({ result: 'error', 'cached-kernels': '0' });
    seedStore(job.home, fetched);
    await post();
    expect(service.caches).toHaveLength(2);

    const next = await run(freshMachine());
    expect(next.main.exitCode, next.main.log).toBe(0);
    expect(next.main.outputs).toMatchObject({ 'cached-kernels': '1' });
  });

  test('an entry that leads out of its place writes nothing there', async () => {
    const entry = service.caches.at(-1);
    if (!entry) throw new Error('there is no entry to spoil');
    const good = entry.bytes;
    const job = freshMachine();
    const target = join(job.home, 'written');
    const dir = scratchDir('bpfcompat-tar-');
    const tar = join(dir, 'cache.tar');
    writeFileSync(tar, execFileSync('zstd', ['-d', '-c', '-q'], { input: good, maxBuffer: 1 << 28 }));
    writeFileSync(target, 'no');
    execFileSync('tar', ['-P', '-r', '-f', tar, target]);
    rmSync(target);
    entry.bytes = execFileSync('zstd', ['-c', '-q', tar], { maxBuffer: 1 << 28 });
    const { main } = await run(job);
    entry.bytes = good;
    expect(existsSync(target)).toBe(false);
    expect(main.outputs, main.log).toMatchObject({ 'cached-kernels': '0' });
  });

  test('an entry that cannot be unpacked does not stay for ever', async () => {
    service.caches.splice(0, service.caches.length - 1);
    const [entry] = service.caches;
    if (!entry) throw new Error('there is no entry to break');
    entry.bytes = entry.bytes.subarray(0, Math.floor(entry.bytes.length / 2));

    const job = freshMachine();
    const { main, post } = await run(job, { GITHUB_RUN_ID: '4712' });
    expect(main.log).toMatch(/the cache entry is not used: it cannot be unpacked/);
    expect(main.outputs).toMatchObject({ result: 'error', 'cached-kernels': '0' });
    seedStore(job.home, fetched);
    await post();
    expect(service.caches).toHaveLength(2);
    const next = await run(freshMachine());
    expect(next.main.outputs, next.main.log).toMatchObject({ result: 'pass', 'cached-kernels': '1' });
  });

  // The client of the service is the same bytes on every Node.js: its faults are tried on the newest.
  const faultsHere = node === nodeVersions().at(-1)?.node ? SERVICE_FAULTS : SERVICE_FAULTS.slice(0, 1);
  test.each(faultsHere)('when %s, the job goes on without noise', async (_what, faults) => {
    service.caches.length = 0;
    service.fault = ({ method }) => faultOf(faults, method);
    const job = freshMachine();
    seedStore(job.home, fetched);
    const { main, post } = await run(job);
    expect(main.exitCode, main.log).toBe(0);
    const end = await post();
    expect(end.exitCode, end.log).toBe(0);
    for (const phase of [main, end]) {
      expect([...annotationsOf(phase, 'warning'), ...annotationsOf(phase, 'error')]).toEqual([]);
    }
  });

  test('a look-up that is denied is a miss', async () => {
    service.fault = ({ method }) =>
      method === 'GetCacheEntryDownloadURL'
        ? { status: 403, body: { code: 'permission_denied', msg: 'cache read denied: no' } }
        : undefined;
    const { main } = await run(freshMachine());
    expect(main.log).toMatch(/kernels: 0 from the cache/);
    expect(annotationsOf(main, 'warning')).toEqual([]);
  });

  test('a token that may only read costs no request', async () => {
    const { post } = await run(freshMachine(), { ...ON_THIS_MACHINE, ACTIONS_CACHE_MODE: 'read' });
    const before = service.calls.length;
    const end = await post();
    expect(end.log).toMatch(/save skipped/);
    expect(service.calls.length).toBe(before);
  });
});
