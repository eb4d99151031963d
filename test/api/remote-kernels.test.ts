import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { kernelFreshness } from '../../src/api/freshness.ts';
import { kernelTransfer } from '../../src/api/kernel-transfer.ts';
import { fetchKernels } from '../../src/api/kernels.ts';
import { lockKernels } from '../../src/api/lock.ts';
import { environmentOf } from '../../src/api/services.ts';
import { type EnsuredKernel, type EnsureOptions, ensureKernel } from '../../src/kernels/supply.ts';
import type { LocalKernel } from '../../src/model/local-kernel.ts';
import { createCatalog, resolveKernels } from '../../src/run/resolve.ts';
import { bzImage } from '../fakes/bzimage.ts';
import { elfModule } from '../fakes/elf-module.ts';
import { type FileServer, serveFiles } from '../fakes/file-server.ts';
import { type ImageFiles, imageFiles, type Registry, serveRegistry } from '../fakes/registry.ts';
import { makeVendorKeys, type VendorKeys } from '../fakes/rpm-lab.ts';

// Kernels of a registry and of an address: through a cache of packages, under a lock, and as they move on.
const OLD = '6.18.22';
const NEW = '6.18.23';
let keys: VendorKeys;
let dir: string;
let images: ImageFiles;
let registry: Registry;
let server: FileServer;
beforeAll(() => {
  keys = makeVendorKeys();
}, 120_000);
afterAll(() => keys.drop());
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'bpfcompat-remote-'));
  for (const name of ['www', 'work/vm/profiles']) mkdirSync(join(dir, name), { recursive: true });
  images = imageFiles();
  registry = await serveRegistry(images);
  server = await serveFiles(join(dir, 'www'));
  profile('image', `{source: oci, image: "${registry.host}/lab/kernels:stable"}`);
  const gpgkey = `gpgkey: [${keys.good.file}]`;
  profile(
    'address',
    `{source: url, image: "${server.url}/vmlinuz", signature: "${server.url}/vmlinuz.sig", ${gpgkey}}`,
  );
});
afterEach(async () => {
  await registry[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

function profile(id: string, kernel: string): void {
  const text = `id: ${id}\ndistro: lab\nkernel_family: "6.18"\narch: x86_64\nkernel: ${kernel}\n`;
  writeFileSync(join(dir, `work/vm/profiles/${id}.yaml`), text);
}

const kernelOf = (release: string, flavor = ''): Buffer =>
  bzImage({ release, payload: Buffer.from(`kernel ${release} ${flavor}`) });

/** @returns the digest of the image */
function push(release: string): string {
  const layer = images.layer({
    'boot/vmlinuz': kernelOf(release),
    [`usr/lib/modules/${release}/kernel/dummy.ko`]: elfModule({
      name: 'dummy',
      depends: '',
      vermagic: `${release} SMP`,
    }),
  });
  const { digest } = images.image([layer]);
  registry.tags.set('lab/kernels:stable', digest);
  return digest;
}

function publish(release: string, flavor = ''): void {
  const file = join(dir, 'www/vmlinuz');
  writeFileSync(file, kernelOf(release, flavor));
  const args = ['--batch', '--yes', ...keys.good.clock, '--detach-sign', '--output', `${file}.sig`, file];
  execFileSync('gpg', args, { env: { PATH: process.env['PATH'], GNUPGHOME: keys.good.home }, stdio: 'ignore' });
}

function around(store = 'store') {
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: dir,
    BPFCOMPAT_CACHE_DIR: join(dir, store),
    BPFCOMPAT_KEEP_PACKAGES: '1',
  };
  return { env, cwd: join(dir, 'work'), allowProfileOverride: true } as const;
}

const choose = (id: string) => ({ kind: 'ids', ids: [id], origin: '--kernels' }) as const;

async function ensure(
  id: string,
  options: Partial<EnsureOptions> = {},
  { store = 'store', lock = 'use' as 'use' | 'require' } = {},
): Promise<EnsuredKernel> {
  const environment = environmentOf({ ...around(store), lock });
  const { entries } = await resolveKernels(createCatalog(environment), choose(id));
  const [entry] = entries;
  if (entry === undefined) throw new TypeError('one id gives one');
  return ensureKernel(entry.profile, { host: environment.host, ...options });
}

const lock = (id: string, store = 'store') => lockKernels({ ...around(store), choice: choose(id) });

/** What a cache has of a kernel, and a machine that has nothing. */
async function cached(id: string, localKernels: readonly LocalKernel[] = []) {
  const there = kernelTransfer({ ...around('other'), localKernels });
  const entry = join(dir, 'entry');
  expect(await kernelTransfer({ ...around(), localKernels }).give(id, entry)).toBe(true);
  return { there, entry };
}

/** The one file of an entry that holds `text`, overwritten in its middle. */
function damage(entry: string, part: string, text: string): void {
  const names = readdirSync(join(entry, part));
  const path = names.map((name) => join(entry, part, name)).find((one) => readFileSync(one).includes(text)) ?? '';
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

describe('in a cache of packages', () => {
  test('an image is taken by its digests, and the registry reports what its tag leads to', async () => {
    push(OLD);
    await ensure('image');
    const { there, entry } = await cached('image');
    expect(readdirSync(entry)).toEqual(['oci-blobs']);
    registry.requests.length = 0;
    expect(await there.take('image', entry)).toBeUndefined();
    expect(registry.requests.filter((one) => one.includes('/blobs/'))).toEqual([]);
    expect(registry.requests).toContain('GET /v2/lab/kernels/manifests/stable');
    const { files, cached: stored } = await ensure('image', { offline: true }, { store: 'other' });
    expect(stored).toBe(true);
    expect(files.record).toMatchObject({ release: OLD, vouched: { by: 'nobody' } });
    expect(readFileSync(files.vmlinuz)).toEqual(kernelOf(OLD));
  });

  test('an old image is not taken for the one that a tag leads to now', async () => {
    push(OLD);
    await ensure('image');
    const { there, entry } = await cached('image');
    push(NEW);
    expect(await there.take('image', entry)).toMatch(/is not among what was kept/);
    expect(await there.stored('image')).toBeUndefined();
  });

  test('a layer with other bytes is rejected', async () => {
    push(OLD);
    await ensure('image');
    const { there, entry } = await cached('image');
    const layer = readdirSync(join(entry, 'oci-blobs')).find(
      (name) => readFileSync(join(entry, 'oci-blobs', name)).readUInt16BE(0) === 0x1f8b,
    );
    writeFileSync(join(entry, 'oci-blobs', layer ?? ''), 'other bytes');
    expect(await there.take('image', entry)).toMatch(/has other bytes; nothing was used/);
  });

  test('what is locked needs no network, and the lock vouches for it', async () => {
    push(OLD);
    await lock('image', 'elsewhere');
    await ensure('image');
    const { there, entry } = await cached('image');
    registry.requests.length = 0;
    expect(await there.take('image', entry)).toBeUndefined();
    expect(registry.requests).toEqual([]);
    const { files } = await ensure('image', { offline: true }, { store: 'other' });
    expect(files.record.vouched.by).toBe('pin');
  });

  test('files of an address are checked like those of the network', async () => {
    publish(OLD);
    await ensure('address');
    const { there, entry } = await cached('address');
    expect(readdirSync(entry)).toEqual(['url-files']);
    rmSync(join(dir, 'www/vmlinuz'));
    const before = server.requests.length;
    expect(await there.take('address', entry)).toBeUndefined();
    expect(server.requests).toHaveLength(before);
    const { files } = await ensure('address', { offline: true }, { store: 'other' });
    expect(files.record).toMatchObject({ release: OLD, vouched: { by: 'signature' } });
  });

  test('a file of an address with other bytes is rejected', async () => {
    publish(OLD);
    await ensure('address');
    const { there, entry } = await cached('address');
    damage(entry, 'url-files', 'HdrS');
    expect(await there.take('address', entry)).toMatch(/signature/);
    expect(await there.stored('address')).toBeUndefined();
  });

  test('a kernel that was typed for the run goes the same way', async () => {
    push(OLD);
    const localKernels = [{ image: `${registry.host}/lab/kernels:stable`, name: 'typed' }];
    const ended: string[] = [];
    const onEnd = (id: string, result: EnsuredKernel | Error): void => {
      ended.push(`${id} ${result instanceof Error ? result.message : result.files.record.release}`);
    };
    const choice = { kind: 'ids', ids: [], origin: '--kernel' } as const;
    expect(await fetchKernels({ ...around(), choice, localKernels, onEnd })).toBe(0);
    expect(ended).toEqual([`typed ${OLD}`]);
    const { there, entry } = await cached('typed', localKernels);
    expect(await there.take('typed', entry)).toBeUndefined();
    expect(await there.stored('typed')).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('under a lock', () => {
  test('a stored image is the pinned one, and its tag may move', async () => {
    const digest = push(OLD);
    expect((await ensure('image')).files.record.vouched.by).toBe('nobody');
    expect((await lock('image')).kernels).toMatchObject([{ error: '', release: OLD }]);
    push(NEW);
    const { files } = await ensure('image');
    expect(files.record).toMatchObject({ release: OLD, vouched: { by: 'pin' }, package: { version: digest } });
    const notes: string[] = [];
    await ensure('image', { refresh: true, onNote: (note) => notes.push(note) });
    expect(notes.join()).toMatch(/lab\/kernels sha256:\w+ is offered, and bpfcompat\.lock:\d+:\d+ keeps lab\/kernels/);
  });

  test('an address that moved on is reported, and used only where the lock may give way', async () => {
    publish(OLD);
    await lock('address');
    publish(NEW);
    const store = 'other';
    await expect(ensure('address', {}, { store, lock: 'require' })).rejects.toMatchObject({
      code: 'package_not_found',
      message: expect.stringMatching(/no longer has; write the lock again: bpfcompat lock --kernels address/),
    });
    const notes: string[] = [];
    const { files } = await ensure('address', { onNote: (note) => notes.push(note) }, { store });
    expect(files.record.release).toBe(NEW);
    expect(notes.join()).toMatch(
      /locked to vmlinuz 6\.18\.22, which its repository no longer has; vmlinuz 6\.18\.23 is/,
    );
  });

  test('other bytes under the same release are an error', async () => {
    publish(OLD);
    await lock('address');
    publish(OLD, 'changed');
    await expect(ensure('address', {}, { store: 'other' })).rejects.toMatchObject({
      code: 'wrong_digest',
      message: expect.stringMatching(/has the digest \w+ there, and the lock has .*write the lock again/),
    });
  });
});

describe('kernel-freshness', () => {
  const rows = async () => (await kernelFreshness(around())).rows;

  test('compares images by digest, and addresses by what the head of the image says', async () => {
    const [old] = [push(OLD)];
    publish(OLD);
    await lockKernels({ ...around(), choice: { kind: 'ids', ids: ['image', 'address'], origin: 'x' } });
    expect(await rows()).toMatchObject([
      { profile: 'address', status: 'fresh', newest: OLD },
      { profile: 'image', status: 'fresh', newest: old },
    ]);
    const now = push(NEW);
    publish(NEW);
    expect(await rows()).toMatchObject([
      { profile: 'address', status: 'stale', newest: NEW, reason: `${NEW} (${NEW}) is newer` },
      { profile: 'image', status: 'stale', reason: `its name leads to another image now (${now})` },
    ]);
  });

  test('knows nothing of an image that only a release is known of', async () => {
    push(NEW);
    writeFileSync(join(dir, 'work/vm/kernel-baselines.yaml'), `baselines: [{profile: image, kernel: ${OLD}}]\n`);
    expect(await rows()).toMatchObject([{ status: 'uncovered', reason: expect.stringContaining("'bpfcompat lock'") }]);
  });
});
