import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHost } from '../../src/host/create-host.ts';
import type { Host } from '../../src/host/host.ts';
import type { OfferedBuild } from '../../src/kernels/sources/source.ts';
import { offeredBuilds } from '../../src/kernels/sources/sources.ts';
import { type EnsuredKernel, ensureKernel } from '../../src/kernels/supply.ts';
import type { KernelSource, Profile } from '../../src/model/kernel.ts';

/** A store that is empty at first, for kernels of one kind of source. */
export interface SourceLab extends Disposable {
  readonly dir: string;
  readonly notes: string[];
  ensure(
    kernel: KernelSource,
    options?: {
      readonly refresh?: boolean;
      readonly offline?: boolean;
      /** Directory of the repository that has the profile. */
      readonly top?: string;
    },
  ): Promise<EnsuredKernel>;
  builds(kernel: KernelSource): Promise<readonly OfferedBuild[]>;
  /** Everything that was left in the store: records, blobs, work. */
  left(): string[];
}

/** A test does not wait for silent servers as long as users do. */
const STALL_MS = 500;

export function openSourceLab(env: Readonly<Record<string, string>> = {}): SourceLab {
  const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-source-'));
  const cache = join(dir, 'cache');
  const notes: string[] = [];
  const patient = createHost({ env: { PATH: process.env['PATH'], HOME: dir, BPFCOMPAT_CACHE_DIR: cache, ...env } });
  const { download } = patient.network;
  const network: Host['network'] = {
    ...patient.network,
    download: (url, file, options) => download(url, file, { ...options, stallMs: STALL_MS }),
  };
  const host = { ...patient, network };
  const namesIn = (path: string): string[] => (existsSync(join(cache, path)) ? readdirSync(join(cache, path)) : []);
  const profile = (kernel: KernelSource): Profile => ({
    id: 'lab',
    distro: 'lab',
    version: '',
    kernelFamily: '6.18',
    arch: 'x86_64',
    runner: 'vm',
    memoryMb: 512,
    cpus: 1,
    expectedBtf: undefined,
    kernel,
    file: 'lab.yaml',
  });
  return {
    dir,
    notes,
    ensure: (kernel, { top, ...options } = {}) =>
      ensureKernel(
        { ...profile(kernel), ...(top !== undefined && { top }) },
        { host, onNote: (note) => notes.push(note), ...options },
      ),
    builds: (source) => {
      const places = { root: dir, aptDir: dir, lockDir: dir, workDir: dir };
      const listener = { signal: undefined, onProgress: () => {}, onNote: () => {} };
      return offeredBuilds(host, { arch: 'x86_64', source, paths: places, listener });
    },
    left: () => ['kernels', 'blobs/sha256', 'tmp'].flatMap((path) => namesIn(path).map((name) => `${path}/${name}`)),
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}
