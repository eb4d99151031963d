import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { offersOf } from '../../src/kernels/offers.ts';
import { exactly } from '../../src/kernels/sources/sources.ts';
import type { KernelSource, Profile } from '../../src/model/kernel.ts';
import { poolPath } from '../fakes/deb-archive.ts';
import { wholeKernel } from '../fakes/kernel-debs.ts';
import { type KernelLab, type KeyRing, makeKeys, openLab } from '../fakes/kernel-lab.ts';
import { el9Kernel } from '../fakes/rpm-kernels.ts';
import { makeVendorKeys, openRpmLab, type RpmLab, type VendorKeys } from '../fakes/rpm-lab.ts';
import { makeRepository } from '../fakes/rpm-repository.ts';

// What archives and repositories of several builds offer, and that each build can be had.
let keys: KeyRing;
let vendor: VendorKeys;
let repository: string;
beforeAll(() => {
  keys = makeKeys();
  vendor = makeVendorKeys();
  repository = mkdtempSync(join(tmpdir(), 'bpfcompat-offers-'));
  const [core, modules] = el9Kernel('5.14.0', '70.el9');
  if (core === undefined || modules === undefined) throw new TypeError('no packages');
  const older = [...el9Kernel('5.14.0', '9.el9'), ...el9Kernel('5.14.0', '70.13.1.el9')];
  // A build whose modules the repository lacks.
  makeRepository(join(repository, 'el9'), [...older, core], vendor.good);
  makeRepository(join(repository, 'vault'), el9Kernel('5.14.0', '1.el9'), vendor.good);
}, 120_000);
afterAll(() => {
  keys.drop();
  vendor.drop();
  rmSync(repository, { recursive: true });
});

const listenerOf = (lab: KernelLab | RpmLab) => ({
  signal: undefined,
  onProgress: () => {},
  onNote: (message: string) => lab.notes.push(message),
});
const offers = (lab: KernelLab | RpmLab, profile: Profile) => offersOf(lab.host(), profile, listenerOf(lab));
const pinned = (profile: Profile, build: { name: string; version: string }): Profile => ({
  ...profile,
  kernel: exactly(profile.kernel as KernelSource, build),
});

describe('a Debian archive', () => {
  test('offers every build whose name fits, the newest first, with the digest of its index and its address', async () => {
    await using lab = await openLab(keys);
    const old = wholeKernel('6.1.0-9-cloud-amd64', '6.1.27-1');
    const rest = [...wholeKernel('6.1.0-32-cloud-amd64', '6.1.129-1'), ...wholeKernel('6.1.0-33-amd64', '6.1.133-1')];
    lab.offer([...old, ...rest]);
    const profile = lab.profile();
    const found = await offers(lab, profile);
    expect(found).toEqual([
      {
        name: 'linux-image-6.1.0-32-cloud-amd64',
        version: '6.1.129-1',
        release: '6.1.0-32-cloud-amd64',
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        url: `${lab.server.url}/${poolPath(rest[0] as (typeof rest)[0])}`,
      },
      expect.objectContaining({ version: '6.1.27-1', release: '6.1.0-9-cloud-amd64' }),
    ]);
    expect(await offers(lab, lab.profile({ version: '6.1.27-1' }))).toEqual(found);
    const one = await lab.ensure(pinned(profile, { name: 'linux-image-6.1.0-9-cloud-amd64', version: '6.1.27-1' }));
    expect(one.files.record.release).toBe('6.1.0-9-cloud-amd64');
    expect(await lab.names('tmp/lab-kernel')).toEqual([]);
  });

  test('has versions of one package that are distinguished', async () => {
    await using lab = await openLab(keys);
    const name = '5.10.0-30-cloud-amd64';
    lab.offer([...wholeKernel(name, '5.10.218-1'), ...wholeKernel(name, '5.10.218-1~bpo1')]);
    const profile = lab.profile();
    expect((await offers(lab, profile)).map(({ version }) => version)).toEqual(['5.10.218-1', '5.10.218-1~bpo1']);
    const { files } = await lab.ensure(pinned(profile, { name: `linux-image-${name}`, version: '5.10.218-1~bpo1' }));
    expect(files.record.package.version).toBe('5.10.218-1~bpo1');
  });

  test('that a strange key signed offers nothing', async () => {
    await using lab = await openLab(keys);
    lab.offer(wholeKernel('6.1.0-9-cloud-amd64', '6.1.27-1'), keys.other);
    await expect(offers(lab, lab.profile())).rejects.toMatchObject({ code: 'bad_signature' });
  });
});

describe('an rpm repository', () => {
  test('offers its whole builds and those of its vaults, as rpm orders them', async () => {
    await using lab = await openRpmLab(repository, vendor.good);
    const profile = lab.profile({ baseurl: `${lab.baseurl}/el9`, vault: [`${lab.baseurl}/vault`] });
    const found = await offers(lab, profile);
    expect(found.map(({ version }) => version)).toEqual(['5.14.0-70.13.1.el9', '5.14.0-9.el9', '5.14.0-1.el9']);
    expect(found[0]).toEqual({
      name: 'kernel-core',
      version: '5.14.0-70.13.1.el9',
      release: '5.14.0-70.13.1.el9.x86_64',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      url: `${lab.baseurl}/el9/Packages/kernel-core-5.14.0-70.13.1.el9.x86_64.rpm`,
    });
    for (const { name, version } of found) {
      const { files } = await lab.ensure(pinned(profile, { name, version }));
      expect(files.record.package.version).toBe(version);
    }
  });

  test('that cannot be reached leaves its vault, and is reported', async () => {
    await using lab = await openRpmLab(repository, vendor.good);
    const profile = lab.profile({ baseurl: `${lab.baseurl}/gone`, vault: [`${lab.baseurl}/vault`] });
    expect((await offers(lab, profile)).map(({ version }) => version)).toEqual(['5.14.0-1.el9']);
    expect(lab.notes.join('\n')).toContain('/gone/repodata/repomd.xml returned status 404');
  });
});
