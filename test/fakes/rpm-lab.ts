import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Profile } from '../../src/model/kernel.ts';
import type { RpmKernelSource } from '../../src/model/rpm-source.ts';
import { dropVendorKey, makeVendorKey, type VendorKey } from './rpm-repository.ts';
import { labProfile, openStoreLab, type StoreLab } from './store-lab.ts';

/** Keys, made once per test file: making them takes longest. */
export interface VendorKeys {
  readonly good: VendorKey;
  readonly other: VendorKey;
  readonly expired: VendorKey;
  drop(): void;
}

export function makeVendorKeys(): VendorKeys {
  const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-keys-'));
  const keys = {
    good: makeVendorKey(join(dir, 'good')),
    other: makeVendorKey(join(dir, 'other')),
    expired: makeVendorKey(join(dir, 'expired'), { expired: true }),
  };
  return {
    ...keys,
    drop() {
      for (const key of Object.values(keys)) dropVendorKey(key);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A repository; the server shows it at `pub/el9/`, so that it has a parent. */
export interface RpmLab extends StoreLab {
  readonly repository: string;
  readonly baseurl: string;
  profile(kernel?: Partial<RpmKernelSource>, id?: string): Profile;
}

/** @param template a repository that is copied, so that each test may damage its own */
export async function openRpmLab(template: string, key: VendorKey): Promise<RpmLab> {
  const store = await openStoreLab('www');
  const repository = join(store.root, 'pub', 'el9');
  if (existsSync(template)) cpSync(template, repository, { recursive: true });
  const baseurl = `${store.server.url}/pub/el9`;
  return {
    ...store,
    repository,
    baseurl,
    profile: (kernel = {}, id = 'lab-kernel') =>
      labProfile(id, {
        distro: 'almalinux',
        version: '9',
        kernelFamily: '5.14',
        kernel: {
          source: 'rpm',
          ...((kernel.mirrorlist ?? kernel.metalink ?? kernel.mirror_list ?? kernel.directory) ? {} : { baseurl }),
          package: 'kernel-core',
          companions: ['kernel-modules-core'],
          gpgkey: [key.file],
          ...kernel,
        },
      }),
  };
}
