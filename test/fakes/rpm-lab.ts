import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHost } from '../../src/host/create-host.ts';
import type { Host } from '../../src/host/host.ts';
import { type EnsuredKernel, type EnsureOptions, ensureKernel } from '../../src/kernels/supply.ts';
import type { Profile } from '../../src/model/kernel.ts';
import type { RpmKernelSource } from '../../src/model/rpm-source.ts';
import { type FileServer, serveFiles } from './file-server.ts';
import { dropVendorKey, makeVendorKey, type VendorKey } from './rpm-repository.ts';

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

/** A repository behind a loopback server, and a store that is empty at first. */
export interface RpmLab extends AsyncDisposable {
  /** What the server shows: the repository is at `el9/`, so that it has a parent. */
  readonly root: string;
  readonly repository: string;
  readonly server: FileServer;
  readonly cacheDir: string;
  readonly env: Record<string, string>;
  readonly notes: string[];
  readonly baseurl: string;
  profile(kernel?: Partial<RpmKernelSource>, id?: string): Profile;
  host(): Host;
  ensure(profile: Profile, options?: Partial<EnsureOptions>): Promise<EnsuredKernel>;
  /** Names below a directory of the store; empty when it is not there. */
  names(dir: string): Promise<string[]>;
}

/** @param template a repository that is copied, so that each test may damage its own */
export async function openRpmLab(template: string, key: VendorKey): Promise<RpmLab> {
  const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-lab-'));
  const root = join(dir, 'www');
  const repository = join(root, 'pub', 'el9');
  const cacheDir = join(dir, 'cache');
  if (existsSync(template)) cpSync(template, repository, { recursive: true });
  const server = await serveFiles(root);
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: dir,
    BPFCOMPAT_CACHE_DIR: cacheDir,
  };
  const notes: string[] = [];
  const baseurl = `${server.url}/pub/el9`;
  const lab: RpmLab = {
    root,
    repository,
    server,
    cacheDir,
    env,
    notes,
    baseurl,
    profile: (kernel = {}, id = 'lab-kernel') => ({
      id,
      distro: 'almalinux',
      version: '9',
      kernelFamily: '5.14',
      arch: 'x86_64',
      runner: 'vm',
      memoryMb: 256,
      cpus: 1,
      expectedBtf: undefined,
      file: `${id}.yaml`,
      kernel: {
        source: 'rpm',
        ...((kernel.mirrorlist ?? kernel.metalink ?? kernel.mirror_list ?? kernel.directory) ? {} : { baseurl }),
        package: 'kernel-core',
        companions: ['kernel-modules-core'],
        gpgkey: [key.file],
        ...kernel,
      },
    }),
    host: () => createHost({ env }),
    ensure: (profile, options = {}) =>
      ensureKernel(profile, { host: lab.host(), onNote: (message) => notes.push(message), ...options }),
    names: (sub) => readdir(join(cacheDir, sub)).catch(() => []),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return lab;
}
