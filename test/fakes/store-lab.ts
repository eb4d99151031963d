import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHost } from '../../src/host/create-host.ts';
import type { Host } from '../../src/host/host.ts';
import { type EnsuredKernel, type EnsureOptions, ensureKernel } from '../../src/kernels/supply.ts';
import type { Profile } from '../../src/model/kernel.ts';
import { type FileServer, serveFiles } from './file-server.ts';

/** A directory that a loopback server shows, and a store that is empty at first. */
export interface StoreLab extends AsyncDisposable {
  /** What the server shows. */
  readonly root: string;
  readonly server: FileServer;
  readonly cacheDir: string;
  readonly env: Record<string, string>;
  readonly notes: string[];
  /** A host that has seen nothing yet, as a new process would. */
  host(): Host;
  ensure(profile: Profile, options?: Partial<EnsureOptions>): Promise<EnsuredKernel>;
  /** Names below a directory of the store; empty when it is not there. */
  names(dir: string): Promise<string[]>;
}

/** @param root name of the directory that is shown; what is in it may come later */
export async function openStoreLab(root: string): Promise<StoreLab> {
  const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-lab-'));
  const cacheDir = join(dir, 'cache');
  const server = await serveFiles(join(dir, root));
  const env: Record<string, string> = { PATH: process.env['PATH'] ?? '', HOME: dir, BPFCOMPAT_CACHE_DIR: cacheDir };
  const notes: string[] = [];
  const host = (): Host => createHost({ env });
  return {
    root: join(dir, root),
    server,
    cacheDir,
    env,
    notes,
    host,
    ensure: (profile, options = {}) =>
      ensureKernel(profile, { host: host(), onNote: (message) => notes.push(message), ...options }),
    names: (sub) => readdir(join(cacheDir, sub)).catch(() => []),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** What profiles of every source have in common. */
export function labProfile(id: string, rest: Pick<Profile, 'distro' | 'version' | 'kernelFamily' | 'kernel'>): Profile {
  return {
    id,
    arch: 'x86_64',
    runner: 'vm',
    memoryMb: 256,
    cpus: 1,
    expectedBtf: undefined,
    file: `${id}.yaml`,
    ...rest,
  };
}
