import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHost } from '../../src/host/create-host.ts';
import type { Host } from '../../src/host/host.ts';
import { type EnsuredKernel, type EnsureOptions, ensureKernel } from '../../src/kernels/supply.ts';
import type { DebKernelSource, KernelRecord, Profile } from '../../src/model/kernel.ts';
import { dropKey, type FakeDeb, type FakeKey, makeArchive, makeKey } from './deb-archive.ts';
import { type FileServer, serveFiles } from './file-server.ts';

export const SUITE = 'test-backports';

/** A signed archive behind a loopback server, and a store that is empty at first. */
export interface KernelLab extends AsyncDisposable {
  readonly root: string;
  readonly key: FakeKey;
  readonly server: FileServer;
  readonly cacheDir: string;
  readonly env: Record<string, string>;
  readonly notes: string[];
  /** Replaces what the archive offers. */
  offer(debs: readonly FakeDeb[], key?: FakeKey): void;
  profile(kernel?: Partial<DebKernelSource>, id?: string): Profile;
  /** A host that has seen nothing yet, as a new process would. */
  host(): Host;
  ensure(profile: Profile, options?: Partial<EnsureOptions>): Promise<EnsuredKernel>;
  /** Names below a directory of the store; empty when it is not there. */
  names(dir: string): Promise<string[]>;
}

/** A record as it is when the packages came out of a cache: nobody says where they were downloaded. */
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
  const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-lab-'));
  const root = join(dir, 'archive');
  const cacheDir = join(dir, 'cache');
  const server = await serveFiles(root);
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: dir,
    BPFCOMPAT_CACHE_DIR: cacheDir,
    BPFCOMPAT_DEBIAN_MIRROR: server.url,
    BPFCOMPAT_UBUNTU_MIRROR: server.url,
  };
  const notes: string[] = [];
  const lab: KernelLab = {
    root,
    key: keys.good,
    server,
    cacheDir,
    env,
    notes,
    offer: (debs, key = keys.good) => makeArchive(root, SUITE, debs, key),
    profile: (kernel = {}, id = 'lab-kernel') => ({
      id,
      distro: 'debian',
      version: '0',
      kernelFamily: '0',
      arch: 'x86_64',
      runner: 'vm',
      memoryMb: 256,
      cpus: 1,
      expectedBtf: undefined,
      file: `${id}.yaml`,
      kernel: {
        source: 'deb',
        archive: 'debian',
        suite: SUITE,
        package: 'linux-image-*-cloud-amd64',
        keyring: keys.good.keyring,
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
