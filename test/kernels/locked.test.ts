import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { storedLocked } from '../../src/kernels/locked.ts';
import { locateStore, writeRecord } from '../../src/kernels/store.ts';
import type { KernelRecord, Profile } from '../../src/model/kernel.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'bpfcompat-locked-'));
  mkdirSync(join(dir, 'kernels'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const SHA256 = 'a'.repeat(64);
const FILE = { name: 'linux-image-6.1.0-9-cloud-amd64', version: '6.1.27-1', sha256: SHA256 };
const PROFILE: Profile = {
  id: 'debian-12-6.1',
  distro: 'debian',
  version: '12',
  kernelFamily: '6.1',
  arch: 'x86_64',
  runner: 'vm',
  memoryMb: 512,
  cpus: 1,
  expectedBtf: undefined,
  kernel: { source: 'deb', archive: 'debian', suite: 'bookworm', package: 'linux-image-6.1.0-*-cloud-amd64' },
  locked: { name: FILE.name, version: FILE.version, files: [FILE], origin: 'bpfcompat.lock:3', strict: false },
  file: 'debian.yaml',
};

/** What is stored under the id, and was fetched for what `file` said. */
function record(file: string): KernelRecord {
  return {
    schema: 'bpfcompat_kernel.v3',
    profile: PROFILE.id,
    source: 'b'.repeat(64),
    arch: 'x86_64',
    release: '6.1.0-9-cloud-amd64',
    package: { name: FILE.name, version: FILE.version, archive: 'debian', suite: 'bookworm', files: [FILE] },
    vouched: { by: 'signature', file },
    vmlinuz: { sha256: SHA256, size: 1 },
    config: null,
    modules: [],
    fetchedAt: '2026-01-01T00:00:00Z',
  };
}

test.each([
  ['built-in: debian.yaml', true, true],
  ['/home/me/matrices/profiles/debian-12-6.1.yaml', true, false],
  ['--kernel bzImage,name=debian-12-6.1', true, false],
  ['/home/me/matrices/profiles/debian-12-6.1.yaml', undefined, true],
])('a lock finds what %s had fetched (built-in: %s): %s', async (file, builtinKernel, found) => {
  const host = createHost({ env: { BPFCOMPAT_CACHE_DIR: dir } });
  const store = locateStore(host);
  await writeRecord(host, store, record(file));
  const profile = { ...PROFILE, ...(builtinKernel && { builtinKernel }) };
  expect((await storedLocked(host, store, profile)) !== undefined).toBe(found);
});
