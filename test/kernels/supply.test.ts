import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { appendFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { type FakeDeb, pinOf, poolPath, signSuite } from '../fakes/deb-archive.ts';
import { splitKernel, wholeKernel } from '../fakes/kernel-debs.ts';
import { type KernelLab, type KeyRing, makeKeys, openLab, SUITE } from '../fakes/kernel-lab.ts';

let keys: KeyRing;
beforeAll(() => {
  keys = makeKeys();
}, 60_000);
afterAll(() => keys.drop());

const OLD = '6.1.0-9-cloud-amd64';
const NEW = '7.3.4+deb13-cloud-amd64';

/** Nothing of a failed or finished fetch is left, and no blob without a record. */
async function expectClean(lab: KernelLab, kernels: number): Promise<void> {
  expect(await lab.names('tmp')).toEqual([]);
  expect(await lab.names('kernels')).toHaveLength(kernels);
  if (kernels === 0) expect(await lab.names('blobs/sha256')).toEqual([]);
}

describe('ensureKernel', () => {
  test('everything in one package', async () => {
    await using lab = await openLab(keys);
    lab.offer(wholeKernel(OLD, '6.1.9-1'));
    const progress: [string, number, number][] = [];
    const { files, cached } = await lab.ensure(lab.profile(), {
      onProgress: (what, bytes, total) => progress.push([what, bytes, total]),
    });
    expect(cached).toBe(false);
    expect(files.record).toMatchObject({
      release: OLD,
      package: { name: `linux-image-${OLD}`, version: '6.1.9-1', archive: 'debian', suite: SUITE },
    });
    expect(files.record.package.files).toEqual([
      {
        name: `linux-image-${OLD}`,
        version: '6.1.9-1',
        sha256: pinOf(lab.root, { name: `linux-image-${OLD}`, version: '6.1.9-1' }).sha256,
        url: `${lab.server.url}/pool/main/l/linux/linux-image-${OLD}_6.1.9-1_amd64.deb`,
      },
    ]);
    expect(files.record.package.signer).toEqual({
      key: expect.stringMatching(/^[0-9A-F]{40}$/),
      owner: 'Test Archive <test@example.org>',
    });
    expect(await readFile(files.vmlinuz, 'utf8')).toContain(`kernel ${OLD}`);
    expect(await readFile(files.config ?? '', 'utf8')).toContain('CONFIG_TEST=y');
    expect(files.modules.map(({ name }) => name)).toEqual(['virtio_ring', 'virtio', 'virtio_pci', 'dummy', 'veth']);
    expect(progress[0]).toEqual(['package lists', 0, 0]);
    const [, bytes, total] = progress.findLast(([what]) => what === `linux-image-${OLD}`) ?? [];
    expect(bytes).toBe(total);
    expect(total).toBeGreaterThan(100);
    expect(statSync(lab.cacheDir).mode & 0o777).toBe(0o700);
    await expectClean(lab, 1);
  });

  test('a shell and its parts, modules compressed', async () => {
    await using lab = await openLab(keys);
    lab.offer(splitKernel(NEW, '7.3.4-1~bpo13+1'));
    const { files } = await lab.ensure(lab.profile());
    expect(files.record.release).toBe(NEW);
    expect(files.record.package.files.map(({ name }) => name).sort()).toEqual(
      ['base', 'binary', 'image', 'modules'].map((part) => `linux-${part}-${NEW}`),
    );
    expect(await readFile(files.config ?? '', 'utf8')).toContain(NEW);
    expect(files.modules).toHaveLength(5);
    for (const { path } of files.modules) expect(readFileSync(path).toString('latin1', 1, 4)).toBe('ELF');
  });

  test('the newest wins; an exact version is that one', async () => {
    await using lab = await openLab(keys);
    lab.offer([...wholeKernel('6.1.0-9-cloud-amd64', '6.1.90-1'), ...wholeKernel('6.1.0-10-cloud-amd64', '6.1.100-1')]);
    expect((await lab.ensure(lab.profile())).files.record.release).toBe('6.1.0-10-cloud-amd64');
    const older = lab.profile({ version: '6.1.90-1' }, 'older');
    expect((await lab.ensure(older)).files.record.release).toBe('6.1.0-9-cloud-amd64');
  });

  test('what is stored needs no network; a changed profile does', async () => {
    await using lab = await openLab(keys);
    lab.offer(wholeKernel(OLD, '6.1.9-1'));
    await lab.ensure(lab.profile());
    const requested = lab.server.requests.length;
    expect((await lab.ensure(lab.profile())).cached).toBe(true);
    expect(lab.server.requests).toHaveLength(requested);
    await expect(lab.ensure(lab.profile({ version: '6.1.8-1' }))).rejects.toMatchObject({ code: 'package_not_found' });
    expect(lab.server.requests.length).toBeGreaterThan(requested);
  });

  test('what is stored waits for no one who works on the same profile', async () => {
    await using lab = await openLab(keys);
    lab.offer(wholeKernel(OLD, '6.1.9-1'));
    const profile = lab.profile();
    await lab.ensure(profile);
    const host = createHost({ env: {} });
    await using _held = await host.files.lock(join(lab.cacheDir, 'locks', `profile-${profile.id}`));
    expect((await lab.ensure(profile)).cached).toBe(true);
  });

  test('what is stored and damaged is called so where nothing may be fetched', async () => {
    await using lab = await openLab(keys);
    lab.offer(wholeKernel(OLD, '6.1.9-1'));
    const { files } = await lab.ensure(lab.profile());
    await rm(files.vmlinuz);
    const notes: string[] = [];
    const onNote = (message: string) => void notes.push(message);
    const profile = lab.profile();
    await expect(lab.ensure(profile, { offline: true, onNote })).rejects.toMatchObject({
      code: 'kernel_damaged',
      message: expect.stringMatching(
        `the stored kernel of ${profile.id} is damaged .*offline forbids fetching it again; .*kernels fetch ${profile.id}`,
      ),
    });
    expect(notes).toEqual([]);
  });

  test('refresh takes a newer package, and downloads nothing when there is none', async () => {
    await using lab = await openLab(keys);
    lab.offer(wholeKernel(OLD, '6.1.9-1'));
    await lab.ensure(lab.profile());
    const same = await lab.ensure(lab.profile(), { refresh: true });
    expect(same.cached).toBe(true);
    expect(lab.server.requests.filter((path) => path.endsWith('.deb'))).toHaveLength(1);
    lab.offer(wholeKernel(OLD, '6.1.9-2'));
    const newer = await lab.ensure(lab.profile(), { refresh: true });
    expect(newer).toMatchObject({ cached: false, files: { record: { package: { version: '6.1.9-2' } } } });
  });

  test('refresh without network keeps the stored kernel and says so', async () => {
    await using lab = await openLab(keys);
    lab.offer(wholeKernel(OLD, '6.1.9-1'));
    await lab.ensure(lab.profile());
    await lab.server[Symbol.asyncDispose]();
    const offline = await lab.ensure(lab.profile(), { refresh: true });
    expect(offline).toMatchObject({ cached: true, files: { record: { release: OLD } } });
    expect(lab.notes.join()).toMatch(/using the stored kernel 6\.1\.0-9/);
  });

  test('an unreachable mirror says which, and what to set', async () => {
    await using lab = await openLab(keys);
    await lab.server[Symbol.asyncDispose]();
    await expect(lab.ensure(lab.profile())).rejects.toMatchObject({
      code: 'mirror_unreachable',
      message: expect.stringMatching(/127\.0\.0\.1.*BPFCOMPAT_DEBIAN_MIRROR/s),
    });
    await expectClean(lab, 0);
  });

  test('lists are updated once per run', async () => {
    await using lab = await openLab(keys);
    lab.offer([...wholeKernel('6.1.0-9-cloud-amd64', '6.1.90-1'), ...wholeKernel('6.1.0-10-cloud-amd64', '6.1.100-1')]);
    const host = lab.host();
    await Promise.all([
      lab.ensure(lab.profile({}, 'a'), { host }),
      lab.ensure(lab.profile({ version: '6.1.90-1' }, 'b'), { host }),
    ]);
    expect(lab.server.requests.filter((path) => path.endsWith('/InRelease'))).toHaveLength(1);
  });
});

describe('nothing unverified is used', () => {
  test('a signature by another key', async () => {
    await using lab = await openLab(keys);
    lab.offer(wholeKernel(OLD, '6.1.9-1'), keys.other);
    await expect(lab.ensure(lab.profile())).rejects.toMatchObject({ code: 'bad_signature' });
    await expectClean(lab, 0);
  });

  test('no signature at all, also when good lists are there from before', async () => {
    await using lab = await openLab(keys);
    lab.offer(wholeKernel(OLD, '6.1.9-1'));
    await lab.ensure(lab.profile());
    lab.offer(wholeKernel(OLD, '6.1.9-2'), keys.other);
    await expect(lab.ensure(lab.profile(), { refresh: true })).rejects.toMatchObject({ code: 'bad_signature' });
    const inRelease = join(lab.root, 'dists', SUITE, 'InRelease');
    const unsigned = readFileSync(inRelease, 'utf8')
      .replace(/-----BEGIN PGP SIGNED[\s\S]*?\n\n/, '')
      .replace(/-----BEGIN PGP SIGNATURE[\s\S]*/, '');
    await rm(inRelease);
    writeFileSync(join(lab.root, 'dists', SUITE, 'Release'), unsigned);
    await expect(lab.ensure(lab.profile(), { refresh: true })).rejects.toMatchObject({ code: 'bad_signature' });
  });

  test('an index that was changed after signing', async () => {
    await using lab = await openLab(keys);
    lab.offer(wholeKernel(OLD, '6.1.9-1'));
    await appendFile(join(lab.root, 'dists', SUITE, 'main/binary-amd64/Packages'), '\n');
    await expect(lab.ensure(lab.profile())).rejects.toMatchObject({ code: 'wrong_digest' });
    await expectClean(lab, 0);
  });

  test('a package that is not what the index says, with the same size', async () => {
    await using lab = await openLab(keys);
    lab.offer(wholeKernel(OLD, '6.1.9-1'));
    const path = join(lab.root, poolPath({ name: `linux-image-${OLD}`, version: '6.1.9-1' }));
    const bytes = readFileSync(path);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    writeFileSync(path, bytes);
    await expect(lab.ensure(lab.profile())).rejects.toMatchObject({ code: 'wrong_digest' });
    await expectClean(lab, 0);
  });

  test('a missing keyring names its package', async () => {
    await using lab = await openLab(keys);
    lab.offer(wholeKernel(OLD, '6.1.9-1'));
    await expect(lab.ensure(lab.profile({ keyring: '/nonexistent/keyring.gpg' }))).rejects.toMatchObject({
      code: 'keyring_missing',
      message: expect.stringContaining('debian-archive-keyring'),
    });
  });
});

describe('parts that left the index', () => {
  const parts = splitKernel(NEW, '7.3.4-1').map((deb) => ({ ...deb, unlisted: /modules|base/.test(deb.name) }));
  const pins = (lab: KernelLab): { name: string; version: string; path: string; size: number; sha256: string }[] =>
    parts
      .filter(({ unlisted }) => unlisted)
      .map((deb) => ({ name: deb.name, version: deb.version, ...pinOf(lab.root, deb) }));

  test('are an error that names them', async () => {
    await using lab = await openLab(keys);
    lab.offer(parts);
    await expect(lab.ensure(lab.profile())).rejects.toMatchObject({
      code: 'package_not_found',
      message: expect.stringContaining(`linux-modules-${NEW} 7.3.4-1`),
    });
    await expectClean(lab, 0);
  });

  test('come from the pool when the profile pins them', async () => {
    await using lab = await openLab(keys);
    lab.offer(parts);
    const { files } = await lab.ensure(lab.profile({ pinned: pins(lab) }));
    expect(files.modules).toHaveLength(5);
    expect(files.record.package.files).toHaveLength(4);
  });

  test('with another digest than pinned are rejected', async () => {
    await using lab = await openLab(keys);
    lab.offer(parts);
    const pinned = pins(lab).map((pin) => ({ ...pin, sha256: '0'.repeat(64) }));
    await expect(lab.ensure(lab.profile({ pinned }))).rejects.toMatchObject({ code: 'wrong_digest' });
    await expectClean(lab, 0);
  });

  test('are not missed where the image package is whole', async () => {
    await using lab = await openLab(keys);
    const [image] = wholeKernel(OLD, '6.1.9-1') as [FakeDeb];
    lab.offer([image]);
    expect((await lab.ensure(lab.profile())).files.record.release).toBe(OLD);
  });
});

test('an old index that says it has expired is rejected', async () => {
  await using lab = await openLab(keys);
  lab.offer(wholeKernel(OLD, '6.1.9-1'));
  signSuite(lab.root, SUITE, lab.key, ['Valid-Until: Thu, 01 Jan 2026 00:00:00 UTC']);
  await expect(lab.ensure(lab.profile())).rejects.toMatchObject({ code: 'release_expired' });
});
