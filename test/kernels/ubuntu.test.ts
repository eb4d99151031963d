import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { UBUNTU, UBUNTU_FINGERPRINTS } from '../../src/kernels/keys/ubuntu.ts';
import { ensureKernel } from '../../src/kernels/supply.ts';
import { givePackages, takePackages } from '../../src/kernels/transfer.ts';
import type { Profile } from '../../src/model/kernel.ts';
import { dropKey, type FakeKey, makeKey } from '../fakes/deb-archive.ts';
import { elfModule } from '../fakes/elf-module.ts';
import { cachedRecord, type KernelLab, type KeyRing, makeKeys, openLab } from '../fakes/kernel-lab.ts';
import { fakeUbuntuKernel, makeUbuntu, signUbuntu, ubuntuPath } from '../fakes/ubuntu-archive.ts';

// Archives in Ubuntu's layout, made by the tools that make such archives, behind a loopback server.
let keys: KeyRing;
beforeAll(() => {
  keys = makeKeys();
}, 60_000);
afterAll(() => keys.drop());

const OLD = '6.8.0-31-generic';
const NEW = '6.8.0-52-generic';
const OTHER = '6.8.0-99-lowlatency';
const SUITES = 'noble-updates noble-security noble';

/** The release as it came out, older updates, and a newer kernel that only the security suite has. */
function offer(lab: KernelLab, key: FakeKey = lab.key): void {
  makeUbuntu(lab.root, 'noble', fakeUbuntuKernel(OLD, '6.8.0-31.31'), key);
  makeUbuntu(lab.root, 'noble-updates', fakeUbuntuKernel('6.8.0-9-generic', '6.8.0-9.9'), key);
  const others = fakeUbuntuKernel(OTHER, '6.8.0-99.99');
  makeUbuntu(lab.root, 'noble-security', [...fakeUbuntuKernel(NEW, '6.8.0-52.53'), ...others], key);
}

function profileOf(lab: KernelLab, kernel: Parameters<KernelLab['profile']>[0] = {}): Profile {
  const block = { archive: 'ubuntu', suite: SUITES, package: 'linux-image-6.8.0-*-generic' } as const;
  return lab.profile({ ...block, ...kernel }, 'ubuntu-24.04-6.8');
}

/** Nothing half-stored. */
async function expectNothing(lab: KernelLab): Promise<void> {
  for (const dir of ['blobs/sha256', 'kernels', 'tmp']) expect(await lab.names(dir)).toEqual([]);
}

describe('a kernel of Ubuntu', () => {
  test('is the newest of all suites, in two packages that zstd packed, with modules that it packed as well', async () => {
    await using lab = await openLab(keys);
    offer(lab);
    const { files, cached } = await lab.ensure(profileOf(lab));
    expect(cached).toBe(false);
    expect(files.record).toMatchObject({
      release: NEW,
      vouched: { by: 'signature' },
      package: { name: `linux-image-${NEW}`, version: '6.8.0-52.53', archive: 'ubuntu', suite: SUITES },
    });
    expect(files.record.package.files.map(({ name }) => name)).toEqual([`linux-image-${NEW}`, `linux-modules-${NEW}`]);
    expect(readFileSync(files.vmlinuz, 'utf8')).toMatch(/^kernel 6\.8\.0-52-generic/);
    expect(readFileSync(files.config ?? '', 'utf8')).toBe(`CONFIG_TEST=y # ${NEW}\n`);
    expect(files.modules.map(({ name }) => name)).toEqual(['dummy', 'veth']);
    expect(
      readFileSync(files.modules[0]?.path ?? '')
        .subarray(1, 4)
        .toString(),
    ).toBe('ELF');
    expect((await lab.ensure(profileOf(lab), { offline: true })).cached).toBe(true);
  });

  test('has its further modules with it, where there are some', async () => {
    await using lab = await openLab(keys);
    const path = `lib/modules/${NEW}/kernel/net/sched/sch_ingress.ko`;
    const module = elfModule({ name: 'sch_ingress', depends: '', license: 'GPL' });
    const extra = { name: `linux-modules-extra-${NEW}`, version: '6.8.0-52.53', files: { [path]: module } };
    makeUbuntu(lab.root, 'noble', [...fakeUbuntuKernel(NEW, '6.8.0-52.53'), extra], lab.key);
    const { files } = await lab.ensure(profileOf(lab, { suite: 'noble' }));
    expect(files.modules.map(({ name }) => name)).toEqual(['dummy', 'veth', 'sch_ingress']);
  });

  test('of another flavor is had by its name alone', async () => {
    await using lab = await openLab(keys);
    offer(lab);
    const { files } = await lab.ensure(profileOf(lab, { package: 'linux-image-6.8.0-*-lowlatency' }));
    expect(files.record.release).toBe(OTHER);
  });

  test('is known again out of a cache, with the lists of every suite', async () => {
    await using lab = await openLab(keys);
    offer(lab);
    // A suite of a release that has had no update yet.
    makeUbuntu(lab.root, 'noble-proposed', [], lab.key);
    const item = { profile: profileOf(lab, { suite: `${SUITES} noble-proposed` }) };
    const here = createHost({ env: { ...lab.env, BPFCOMPAT_KEEP_PACKAGES: '1' } });
    const { files } = await ensureKernel(item.profile, { host: here });
    const dir = join(lab.root, '../entry');
    expect(await givePackages(here, item, dir)).toBe(true);
    rmSync(lab.root, { recursive: true });
    const there = createHost({ env: { ...lab.env, BPFCOMPAT_CACHE_DIR: join(lab.root, '../other') } });
    expect(await takePackages(there, item, dir)).toEqual({
      ...cachedRecord(files.record),
      fetchedAt: expect.any(String),
    });
  });

  test('is unpacked where dpkg-deb is too old for zstd', async () => {
    await using lab = await openLab(keys);
    offer(lab);
    const bin = join(lab.root, '../bin');
    mkdirSync(bin);
    // What dpkg-deb of Debian 11 says.
    const words = "dpkg-deb: error: archive '$3' uses unknown compression for member 'data.tar.zst', giving up";
    writeFileSync(join(bin, 'dpkg-deb'), `#!/bin/sh\necho "${words}" >&2\nexit 2\n`);
    chmodSync(join(bin, 'dpkg-deb'), 0o755);
    const host = createHost({ env: { ...lab.env, PATH: `${bin}:${lab.env['PATH']}` } });
    const { files } = await lab.ensure(profileOf(lab), { host });
    expect(files.record.release).toBe(NEW);
    expect(files.modules).toHaveLength(2);
  });

  test('that lacks its modules is reported with the missing package', async () => {
    await using lab = await openLab(keys);
    const [image, modules] = fakeUbuntuKernel(NEW, '6.8.0-52.53');
    if (image === undefined || modules === undefined) throw new Error('two packages');
    makeUbuntu(lab.root, 'noble', [image, { ...modules, unlisted: true }], lab.key);
    await expect(lab.ensure(profileOf(lab, { suite: 'noble' }))).rejects.toMatchObject({
      code: 'package_not_found',
      message: expect.stringContaining(`needs linux-modules-${NEW}`),
    });
    await expectNothing(lab);
  });

  test('of a series that the suites do not have is reported with what they have', async () => {
    await using lab = await openLab(keys);
    offer(lab);
    await expect(lab.ensure(profileOf(lab, { package: 'linux-image-6.8.*-aws' }))).rejects.toMatchObject({
      code: 'package_not_found',
      message: expect.stringMatching(
        /^ubuntu noble-updates noble-security noble has no package .*6\.8\.0-52-generic 6\.8\.0-52\.53/,
      ),
    });
  });
});

describe('the suite of another release, or of another purpose, signed by the same key', () => {
  const swap = (lab: KernelLab, is: string, where: string): void => {
    makeUbuntu(lab.root, is, fakeUbuntuKernel(NEW, '6.8.0-52.53~22.04.1'), lab.key);
    rmSync(join(lab.root, 'dists', where), { recursive: true, force: true });
    cpSync(join(lab.root, 'dists', is), join(lab.root, 'dists', where), { recursive: true });
  };

  test.each([
    ['jammy-updates', 'noble-updates'],
    ['jammy', 'noble'],
    // Of one codename.
    ['noble-proposed', 'noble'],
  ])('%s in the place of %s', async (is, where) => {
    await using lab = await openLab(keys);
    offer(lab);
    swap(lab, is, where);
    const said = {
      code: 'bad_index',
      message: expect.stringContaining(`has the suite ${is} where ${where} should be`),
    };
    await expect(lab.ensure(profileOf(lab))).rejects.toMatchObject(said);
    // The lists are here now, and no better for it.
    await expect(lab.ensure(profileOf(lab))).rejects.toMatchObject(said);
    await expectNothing(lab);
  });

  test('out of a cache', async () => {
    await using lab = await openLab(keys);
    offer(lab);
    const item = { profile: profileOf(lab) };
    const here = createHost({ env: { ...lab.env, BPFCOMPAT_KEEP_PACKAGES: '1' } });
    await ensureKernel(item.profile, { host: here });
    const dir = join(lab.root, '../entry');
    expect(await givePackages(here, item, dir)).toBe(true);
    swap(lab, 'jammy', 'noble');
    cpSync(join(lab.root, 'dists/noble'), join(dir, 'dists/noble'), { recursive: true });
    const there = createHost({ env: { ...lab.env, BPFCOMPAT_CACHE_DIR: join(lab.root, '../other') } });
    expect(await takePackages(there, item, dir)).toEqual({
      rejected: expect.stringContaining('has the suite jammy where noble should be'),
    });
  });
});

test('a mirror that has gone back to older lists changes nothing, unless the profile names a version', async () => {
  await using lab = await openLab(keys);
  makeUbuntu(lab.root, 'noble', fakeUbuntuKernel(NEW, '6.8.0-52.53'), lab.key);
  const profile = profileOf(lab, { suite: 'noble' });
  await lab.ensure(profile);
  // Another mirror: apt itself notices where one goes back.
  await using other = await openLab(keys);
  makeUbuntu(other.root, 'noble', fakeUbuntuKernel(OLD, '6.8.0-31.31'), lab.key);
  const host = createHost({ env: { ...lab.env, BPFCOMPAT_UBUNTU_MIRROR: other.server.url } });
  const { files, cached } = await lab.ensure(profile, { host, refresh: true });
  expect([files.record.release, cached]).toEqual([NEW, true]);
  expect(lab.notes.join()).toContain(
    `linux-image-${OLD} 6.8.0-31.31, which is older than the stored 6.8.0-52.53; that stays`,
  );
  const named = await lab.ensure(profileOf(lab, { suite: 'noble', version: '6.8.0-31.31' }), { host });
  expect(named.files.record.release).toBe(OLD);
});

describe('what is not as Ubuntu signed it is not used', () => {
  const flip = (path: string, at: number): void => {
    const bytes = readFileSync(path);
    const place = at < 0 ? bytes.length + at : at;
    bytes[place] = (bytes[place] ?? 0) ^ 1;
    writeFileSync(path, bytes);
  };

  test.each<[string, string, (lab: KernelLab) => void]>([
    [
      'a changed package',
      'wrong_digest',
      (lab) =>
        flip(
          join(lab.root, ubuntuPath('noble-security', { name: `linux-modules-${NEW}`, version: '6.8.0-52.53' })),
          -9,
        ),
    ],
    [
      'a changed index',
      'wrong_digest',
      (lab) => {
        const dir = join(lab.root, 'dists/noble-security/main/binary-amd64');
        const text = readFileSync(join(dir, 'Packages'), 'utf8').replace('Maintainer: Test', 'Maintainer: Tess');
        writeFileSync(join(dir, 'Packages'), text);
        execFileSync('xz', ['-kf', join(dir, 'Packages')]);
      },
    ],
    [
      'a changed release file',
      'bad_signature',
      (lab) => {
        const path = join(lab.root, 'dists/noble-security/InRelease');
        writeFileSync(path, readFileSync(path, 'utf8').replace('Label: Ubuntu', 'Label: Ubuntv'));
      },
    ],
    ['a key of somebody else', 'bad_signature', (lab) => signUbuntu(lab.root, 'noble-security', keys.other)],
    [
      'lists that are past their time',
      'release_expired',
      (lab) =>
        signUbuntu(lab.root, 'noble-security', lab.key, {
          header: ['Valid-Until: Thu, 08 Jan 2026 00:00:00 UTC'],
        }),
    ],
  ])('%s', async (_name, code, damage) => {
    await using lab = await openLab(keys);
    offer(lab);
    damage(lab);
    await expect(lab.ensure(profileOf(lab))).rejects.toMatchObject({ code });
    await expectNothing(lab);
  });

  test('a key that has expired', async () => {
    await using lab = await openLab(keys);
    const past = ['--faked-system-time', '20200101T000000'];
    const key = makeKey(join(lab.root, '../expired'), { gpg: past, expires: '1y' });
    try {
      makeUbuntu(lab.root, 'noble', fakeUbuntuKernel(OLD, '6.8.0-31.31'), lab.key);
      signUbuntu(lab.root, 'noble', key, { gpg: ['--faked-system-time', '20200201T000000'] });
      await expect(lab.ensure(profileOf(lab, { suite: 'noble', keyring: key.keyring }))).rejects.toMatchObject({
        code: 'bad_signature',
        message: expect.stringContaining('EXPKEYSIG'),
      });
      await expectNothing(lab);
    } finally {
      dropKey(key);
    }
  });

  test('without a keyring on this host the keys that come with us decide', async () => {
    await using lab = await openLab(keys);
    offer(lab);
    await expect(lab.ensure(profileOf(lab, { keyring: undefined }))).rejects.toMatchObject({
      code: 'bad_signature',
      message: expect.stringContaining('NO_PUBKEY'),
    });
    await expectNothing(lab);
  });
});

test('the keys that come with us are those that are pinned', () => {
  const shown = execFileSync('gpg', ['--batch', '--show-keys', '--with-colons'], {
    input: UBUNTU['ubuntu-archive-keyring'],
  });
  const primary = [...shown.toString().matchAll(/^pub:(.*)\n(?:.*\n)*?fpr:+([0-9A-F]+):/gm)].map(([, , one]) => one);
  expect(primary).toEqual([...UBUNTU_FINGERPRINTS]);
});
