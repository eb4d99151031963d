import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KernelFiles } from '../../src/model/kernel.ts';
import { type ResultsService, startResultsService } from '../action/support/results-service.ts';
import { type Job, makeJob, runAction } from '../action/support/runner.ts';
import { type FileServer, serveFiles } from '../fakes/file-server.ts';
import { dropVendorKey, makeVendorKey, type VendorKey } from '../fakes/rpm-repository.ts';
import { bpfcompat } from './support/cli.ts';
import { example } from './support/places.ts';
import { type RealRegistry, startRegistry } from './support/real-registry.ts';
import { readReport, targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';
import { storedKernel } from './support/stored-kernel.ts';

// A repository whose kernels lie in a registry and at an address, with a lock: its jobs run on machines that are thrown
// away, and what the kernels were locked to outlasts their servers.
const scratch = scratchDir();
const www = join(scratch, 'www');
const IDS = ['image-6.1', 'address-6.12'];
let key: VendorKey;
let server: FileServer;
let registry: RealRegistry;
let service: ResultsService;
let split: KernelFiles;
let whole: KernelFiles;

function put(path: string, data: Uint8Array | string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, data);
  return path;
}

/** Makes the image that the tag leads to from now on. @param extra a file that makes it another one */
function push(dir: string, extra: string): void {
  const modules = join(dir, 'usr/lib/modules', split.record.release, 'kernel');
  put(join(dir, 'boot/vmlinuz'), readFileSync(split.vmlinuz));
  for (const { name, path } of split.modules) put(join(modules, `${name}.ko`), readFileSync(path));
  put(join(dir, 'README'), extra);
  registry.push(dir, 'lab/kernels:6.1');
}

beforeAll(async () => {
  [split, whole] = [await storedKernel('debian-12-6.1'), await storedKernel('debian-13-6.12')];
  key = makeVendorKey(join(scratch, 'vendor'));
  registry = await startRegistry(join(scratch, 'registry'));
  push(join(scratch, 'first'), 'first');
  const pxe = put(join(www, 'pxe.vmlinuz'), readFileSync(whole.vmlinuz));
  const env = { PATH: process.env['PATH'], GNUPGHOME: key.home };
  execFileSync('gpg', ['--batch', '--detach-sign', '--output', `${pxe}.sig`, pxe], { env, stdio: 'ignore' });
  server = await serveFiles(www);
  service = await startResultsService();
}, 300_000);
afterAll(async () => {
  dropVendorKey(key);
  await server?.[Symbol.asyncDispose]();
  await registry?.[Symbol.asyncDispose]();
  await service?.close();
});

/** A checkout on a machine that has nothing else. */
function checkout(lock?: string): Job {
  const job = makeJob();
  copyFileSync(example('simple-pass'), join(job.workspace, 'simple-pass.bpf.o'));
  const blocks = [
    `{source: oci, image: "${registry.host}/lab/kernels:6.1"}`,
    `{source: url, image: "${server.url}/pxe.vmlinuz", signature: "${server.url}/pxe.vmlinuz.sig", gpgkey: [${key.file}]}`,
  ];
  for (const [nth, id] of IDS.entries()) {
    const family = id.split('-')[1];
    const text = `id: ${id}\ndistro: lab\nkernel_family: "${family}"\narch: x86_64\nkernel: ${blocks[nth]}\n`;
    put(join(job.workspace, 'matrices/profiles', `${id}.yaml`), text);
  }
  if (lock !== undefined) writeFileSync(join(job.workspace, 'bpfcompat.lock'), lock);
  return job;
}

function run(job: Job, more: Record<string, string> = {}) {
  const inputs = {
    artifact: 'simple-pass.bpf.o',
    kernels: IDS.join(','),
    locked: 'true',
    out: 'report.json',
    isolation: 'boot',
    'allow-profile-override': 'true',
    'upload-evidence': 'false',
    ...more,
  };
  return runAction({ job, service, env: { BPFCOMPAT_ACCEL: 'tcg' }, inputs });
}

const packageOf = (job: Job, id: string) => targetOf(readReport(join(job.workspace, 'report.json')), id).kernel_package;

test('kernels of a registry and of an address run as they are locked, from their servers and from the cache', async () => {
  const author = checkout();
  const env = { BPFCOMPAT_CACHE_DIR: join(scratch, 'author') };
  const locking = ['lock', '--kernels', IDS.join(','), '--allow-profile-override'];
  const locked = await bpfcompat(locking, { cwd: author.workspace, env });
  expect(locked.code, locked.stderr).toBe(0);
  const lock = readFileSync(join(author.workspace, 'bpfcompat.lock'), 'utf8');

  // The tag moves on before the first job.
  push(join(scratch, 'second'), 'second');
  const job = checkout(lock);
  const typed = `${server.url}/pxe.vmlinuz,sha256=${whole.record.vmlinuz.sha256},name=typed`;
  const first = await run(job, { kernel: typed, locked: 'false' });
  expect(first.main.exitCode, first.main.log).toBe(0);
  expect(first.main.outputs).toMatchObject({ result: 'pass', total: '3', 'cached-kernels': '0' });
  const image = packageOf(job, 'image-6.1');
  expect(image).toMatchObject({ vouched_by: 'pin', locked: true, version: expect.stringMatching(/^sha256:/) });
  expect(lock).toContain(image?.version);
  expect(packageOf(job, 'address-6.12')).toMatchObject({ vouched_by: 'signature', locked: true });
  expect(packageOf(job, 'typed')).toMatchObject({ vouched_by: 'pin', archive: `${server.url}/pxe.vmlinuz` });
  expect(first.main.summary).toContain('typed');
  const saved = await first.post();
  expect(saved.exitCode, saved.log).toBe(0);

  // Both servers have other things now; the locked builds are in the cache.
  server.intercept = (_, response) => {
    response.writeHead(503).end();
    return true;
  };
  const later = checkout(lock);
  const second = await run(later);
  expect(second.main.exitCode, second.main.log).toBe(0);
  expect(second.main.outputs).toMatchObject({ result: 'pass', 'cache-hit': 'true', 'cached-kernels': '2' });
  expect(packageOf(later, 'image-6.1')).toMatchObject({ version: image?.version, vouched_by: 'pin', locked: true });
  expect(packageOf(later, 'address-6.12')).toMatchObject({ vouched_by: 'signature', locked: true });

  // A machine without the cache can have the image by its digest; the address is gone, and the job says so.
  const alone = checkout(lock);
  const third = await run(alone, { cache: 'false' });
  expect(third.main.exitCode, third.main.log).toBe(1);
  expect(third.main.outputs).toMatchObject({ result: 'error', passed: '1', errored: '1' });
  expect(packageOf(alone, 'image-6.1')?.version).toBe(image?.version);
  expect(targetOf(readReport(join(alone.workspace, 'report.json')), 'address-6.12').infra_error).toMatch(/503/);
}, 500_000);

test('a kernel that the lock lacks stops the job before anything runs', async () => {
  const job = checkout('schema: bpfcompat_lock.v1\nkernels: []\n');
  const { main } = await run(job);
  expect(main.exitCode, main.log).toBe(1);
  expect(main.log).toMatch(/bpfcompat\.lock.*image-6\.1/);
}, 120_000);
