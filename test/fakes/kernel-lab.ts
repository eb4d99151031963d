import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DebKernelSource, KernelRecord, Profile } from '../../src/model/kernel.ts';
import { dropKey, type FakeDeb, type FakeKey, makeArchive, makeKey } from './deb-archive.ts';
import { labProfile, openStoreLab, type StoreLab } from './store-lab.ts';

export const SUITE = 'test-backports';

/** A signed archive. */
export interface KernelLab extends StoreLab {
  readonly key: FakeKey;
  /** Replaces what the archive offers. */
  offer(debs: readonly FakeDeb[], key?: FakeKey): void;
  profile(kernel?: Partial<DebKernelSource>, id?: string): Profile;
}

/** A record as it is when the packages came out of a cache: no one says where they were downloaded. */
export function cachedRecord<T extends Pick<KernelRecord, 'package'>>(record: T): T {
  const files = record.package.files.map(({ url: _, ...file }) => file);
  return { ...record, package: { ...record.package, files } };
}

export interface KeyRing {
  readonly good: FakeKey;
  readonly other: FakeKey;
  drop(): void;
}

/** Two keys, made once per test file: making them takes longest. */
export function makeKeys(): KeyRing {
  const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-keys-'));
  const good = makeKey(join(dir, 'good'));
  const other = makeKey(join(dir, 'other'));
  return {
    good,
    other,
    drop() {
      dropKey(good);
      dropKey(other);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export async function openLab(keys: KeyRing): Promise<KernelLab> {
  const store = await openStoreLab('archive');
  store.env['BPFCOMPAT_DEBIAN_MIRROR'] = store.server.url;
  store.env['BPFCOMPAT_UBUNTU_MIRROR'] = store.server.url;
  return {
    ...store,
    key: keys.good,
    offer: (debs, key = keys.good) => makeArchive(store.root, SUITE, debs, key),
    profile: (kernel = {}, id = 'lab-kernel') =>
      labProfile(id, {
        distro: 'debian',
        version: '0',
        kernelFamily: '0',
        kernel: {
          source: 'deb',
          archive: 'debian',
          suite: SUITE,
          package: 'linux-image-*-cloud-amd64',
          keyring: keys.good.keyring,
          ...kernel,
        },
      }),
  };
}
