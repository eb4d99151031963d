import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { pruneKernels } from '../../src/kernels/inventory.ts';
import { ensureKernel } from '../../src/kernels/supply.ts';
import { givePackages, recordDigest, takePackages, wholeRecord } from '../../src/kernels/transfer.ts';
import { ensureUserland } from '../../src/kernels/userland.ts';
import type { KernelRecord } from '../../src/model/kernel.ts';
import { type FakeDeb, makeArchive, poolPath, signSuite } from '../fakes/deb-archive.ts';
import { wholeKernel } from '../fakes/kernel-debs.ts';
import { cachedRecord, type KernelLab, type KeyRing, makeKeys, openLab, SUITE } from '../fakes/kernel-lab.ts';

let keys: KeyRing;
beforeAll(() => {
  keys = makeKeys();
}, 60_000);
afterAll(() => keys.drop());

const [DEB] = wholeKernel('6.1-cloud-amd64', '6.1-1') as [FakeDeb];
const FAKE: FakeDeb = {
  ...DEB,
  files: { ...DEB.files, 'boot/vmlinuz-6.1-cloud-amd64': 'a kernel that says yes to all' },
};

/** Packages of a kernel as a cache has them, in `dir`, and a machine that has nothing. */
async function cached(lab: KernelLab) {
  lab.offer([DEB]);
  const item = { profile: lab.profile() };
  const here = createHost({ env: { ...lab.env, BPFCOMPAT_KEEP_PACKAGES: '1' } });
  const { files } = await ensureKernel(item.profile, { host: here });
  const dir = join(lab.root, '../cached entry');
  expect(await givePackages(here, item, dir)).toBe(true);
  // No record, no kernel, no guest: only what its signature vouches for.
  expect(readdirSync(dir).sort()).toEqual(['dists', 'pool']);
  // Nothing comes over the network after this.
  rmSync(lab.root, { recursive: true });
  const there = createHost({ env: { ...lab.env, BPFCOMPAT_CACHE_DIR: join(lab.root, '../other') } });
  return { item, dir, here, there, record: files.record };
}

/** What lies at `dir`, built again as somebody would who has no key of the archive. */
function forge(dir: string, debs: readonly FakeDeb[], key: KeyRing['good']): void {
  rmSync(dir, { recursive: true });
  makeArchive(dir, SUITE, debs, key);
}

describe('a kernel out of packages that may come from anywhere', () => {
  test('is stored as if it came over the network, and its lists vouch for it', async () => {
    await using lab = await openLab(keys);
    const { item, dir, there, record } = await cached(lab);
    const taken = (await takePackages(there, item, dir)) as KernelRecord;
    expect(taken).toEqual({ ...cachedRecord(record), fetchedAt: expect.any(String) });
    expect(taken.vouched.by).toBe('signature');
    expect(recordDigest(taken)).toBe(recordDigest(record));
    expect(await wholeRecord(there, item)).toEqual(taken);
    const { files, cached: stored } = await ensureKernel(item.profile, { host: there, offline: true });
    expect(stored).toBe(true);
    expect(readFileSync(files.vmlinuz, 'utf8')).toMatch(/^kernel 6\.1/);
  });

  test('is given once; nothing is kept unless that is requested, and a clean-up takes it', async () => {
    await using lab = await openLab(keys);
    lab.offer([DEB]);
    const item = { profile: lab.profile() };
    await ensureKernel(item.profile, { host: lab.host() });
    expect(await givePackages(lab.host(), item, join(lab.root, 'x'))).toBe(false);
    const keeping = createHost({ env: { ...lab.env, BPFCOMPAT_KEEP_PACKAGES: '1' } });
    await pruneKernels(keeping, { all: true });
    await ensureKernel(item.profile, { host: keeping });
    expect(await lab.names('packages')).toHaveLength(1);
    await pruneKernels(keeping);
    expect(await lab.names('packages')).toEqual([]);
  });

  test('is kept by moving its packages, which are not written twice', async () => {
    await using lab = await openLab(keys);
    lab.offer([DEB]);
    const host = createHost({ env: { ...lab.env, BPFCOMPAT_KEEP_PACKAGES: '1' } });
    const copied: string[] = [];
    const copy = (from: string, to: string): Promise<void> => {
      copied.push(from);
      return host.files.copy(from, to);
    };
    await ensureKernel(lab.profile(), { host: { ...host, files: { ...host.files, copy } } });
    const [id] = await lab.names('packages');
    expect(existsSync(join(lab.cacheDir, 'packages', id ?? '', poolPath(DEB)))).toBe(true);
    expect(copied.filter((path) => path.endsWith('.deb'))).toEqual([]);
  });

  const deb = (dir: string): string => join(dir, poolPath(DEB));
  const index = (dir: string): string => join(dir, 'dists', SUITE, 'main/binary-amd64/Packages');
  test.each<[string, (dir: string) => void, RegExp]>([
    ['lists that somebody else signed', (dir) => forge(dir, [FAKE], keys.other), /NO_PUBKEY|not signed|signature/i],
    [
      'lists that nobody signed',
      (dir) => {
        forge(dir, [FAKE], keys.other);
        const release = join(dir, 'dists', SUITE, 'InRelease');
        const plain = readFileSync(release, 'utf8').replace(/^-----BEGIN PGP SIGNED[\s\S]*?\n\n/, '');
        writeFileSync(release, plain.replace(/-----BEGIN PGP SIGNATURE[\s\S]*/, ''));
      },
      /signed|signature/i,
    ],
    ['no lists', (dir) => rmSync(join(dir, 'dists'), { recursive: true }), /Release/],
    [
      'another package list under the signed file',
      (dir) => {
        const release = join(dir, 'dists', SUITE, 'InRelease');
        const signed = readFileSync(release);
        forge(dir, [FAKE], keys.other);
        writeFileSync(release, signed);
      },
      /size|Hash/i,
    ],
    [
      'another package under the signed lists',
      (dir) => {
        const lists = join(dir, '..', 'lists');
        cpSync(join(dir, 'dists'), lists, { recursive: true });
        forge(dir, [FAKE], keys.other);
        rmSync(join(dir, 'dists'), { recursive: true });
        cpSync(lists, join(dir, 'dists'), { recursive: true });
      },
      /size|Hash|digest/i,
    ],
    [
      'one byte changed',
      (dir) => {
        const bytes = readFileSync(deb(dir));
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
        writeFileSync(deb(dir), bytes);
      },
      /Hash|digest/i,
    ],
    ['a package missing', (dir) => rmSync(deb(dir)), /fetch|stat|No such file/i],
    [
      'lists that are out of date',
      (dir) => signSuite(dir, SUITE, keys.good, ['Valid-Until: Sat, 03 Jan 2026 00:00:00 UTC']),
      /expired/,
    ],
    ['a list that cannot be read', (dir) => writeFileSync(index(dir), Buffer.alloc(100)), /size|Hash/i],
    ['a link', (dir) => symlinkSync('/etc/passwd', join(dir, 'link')), /neither a file nor a directory/],
    ['a pipe', (dir) => execFileSync('mkfifo', [join(dir, 'pipe')]), /neither a file nor a directory/],
  ])('is rejected with %s, and nothing is stored', async (_what, spoil, why) => {
    await using lab = await openLab(keys);
    const { item, dir, there } = await cached(lab);
    spoil(dir);
    expect(await takePackages(there, item, dir)).toEqual({ rejected: expect.stringMatching(why) });
    expect(await wholeRecord(there, item)).toBeUndefined();
    const store = join(lab.root, '../other');
    expect(execFileSync('ls', [join(store, 'blobs/sha256'), join(store, 'tmp')], { encoding: 'utf8' })).not.toMatch(
      /[0-9a-f]{64}|lab-kernel/,
    );
  });

  test('is rejected for a profile that wants another kernel', async () => {
    await using lab = await openLab(keys);
    const { dir, there } = await cached(lab);
    const profile = lab.profile({ package: 'linux-image-*-rt-amd64' });
    expect(await takePackages(there, { profile }, dir)).toEqual({ rejected: expect.stringMatching(/has no package/) });
  });

  test('what an earlier version stored on the word of a cache is not stored', async () => {
    await using lab = await openLab(keys);
    const { item, here, record } = await cached(lab);
    const [name] = await lab.names('kernels');
    const path = join(lab.cacheDir, 'kernels', name ?? '');
    writeFileSync(path, JSON.stringify({ ...record, vouched: { ...record.vouched, by: 'cache' } }));
    expect(await wholeRecord(here, item)).toBeUndefined();
    await expect(ensureKernel(item.profile, { host: here, offline: true })).rejects.toMatchObject({
      code: 'kernel_not_stored',
    });
  });
});

describe('a userland', () => {
  const busybox = (text: string): FakeDeb => ({ name: 'busybox-static', version: '1', files: { 'bin/busybox': text } });

  test('goes the same way', async () => {
    await using lab = await openLab(keys);
    makeArchive(lab.root, 'bookworm', [busybox('a static program')], keys.good);
    const { keyring } = keys.good;
    const here = createHost({ env: { ...lab.env, BPFCOMPAT_KEEP_PACKAGES: '1' } });
    const { record } = await ensureUserland('x86_64', { host: here, keyring });
    expect(record.vouched).toEqual({ by: 'signature', file: 'built-in: userland' });
    const dir = join(lab.root, '../cached');
    const item = { userland: 'x86_64', keyring } as const;
    expect(await givePackages(here, item, dir)).toBe(true);
    const there = createHost({ env: { ...lab.env, BPFCOMPAT_CACHE_DIR: join(lab.root, '../other') } });
    expect(await takePackages(there, item, dir)).toEqual({ ...cachedRecord(record), fetchedAt: expect.any(String) });
    expect((await ensureUserland('x86_64', { host: there, offline: true })).cached).toBe(true);
  });

  test('that somebody else signed is rejected', async () => {
    await using lab = await openLab(keys);
    makeArchive(lab.root, 'bookworm', [busybox('another program')], keys.other);
    const item = { userland: 'x86_64', keyring: keys.good.keyring } as const;
    expect(await takePackages(lab.host(), item, lab.root)).toEqual({
      rejected: expect.stringMatching(/NO_PUBKEY|signature/),
    });
    expect(existsSync(join(lab.cacheDir, 'userland/x86_64.json'))).toBe(false);
  });
});
