import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createHost } from '../../../src/host/create-host.ts';
import { elfKernel } from '../../../src/kernels/image/elf-kernel.ts';
import type { KernelFiles } from '../../../src/model/kernel.ts';
import { bzImage } from '../../fakes/bzimage.ts';
import { buildProgram } from '../../fakes/program.ts';

const host = createHost({ env: { PATH: process.env['PATH'] } });
const { signal } = new AbortController();
const scratch = mkdtempSync(join(tmpdir(), 'elf-kernel-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const KERNEL = Buffer.from(buildProgram({ data: Buffer.alloc(300_000, 'kernel ') }));

function kernelOf(bytes: Uint8Array): { files: KernelFiles; cacheDir: string } {
  const cacheDir = mkdtempSync(join(scratch, 'case-'));
  const vmlinuz = join(cacheDir, 'vmlinuz');
  writeFileSync(vmlinuz, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const record = { profile: 'k-6.1', vmlinuz: { sha256, size: bytes.length } };
  return { files: { vmlinuz, record, config: undefined, modules: [] } as unknown as KernelFiles, cacheDir };
}

function packed(command: string, args: readonly string[]): Buffer {
  const { stdout, status } = spawnSync(command, args, { input: KERNEL, maxBuffer: 1e8 });
  expect(status).toBe(0);
  // As the build of a kernel leaves it: the size of what is packed stands behind it.
  return Buffer.concat([stdout, Buffer.from([1, 2, 3, 4])]);
}

it.each([
  ['gzip', ['-nc']],
  ['bzip2', ['-c']],
  ['xz', ['--check=crc32', '-c']],
  ['zstd', ['-q', '-c']],
  ['lz4', ['-l', '-c']],
])('a vmlinux is taken out of an image that %s packed', async (command, args) => {
  const { files, cacheDir } = kernelOf(bzImage({ payload: packed(command, args) }));
  const path = await elfKernel(host, cacheDir, files, signal);
  expect(readFileSync(path).equals(KERNEL)).toBe(true);
  // Once; and again where somebody changed it.
  expect(await elfKernel(host, cacheDir, files, signal)).toBe(path);
  writeFileSync(path, 'changed');
  const again = await elfKernel(host, cacheDir, files, signal);
  expect(readFileSync(again).equals(KERNEL)).toBe(true);
  expect(readdirSync(cacheDir).filter((name) => name.includes('-'))).toHaveLength(1);
});

it('several profiles with one kernel may make it at the same time', async () => {
  const { files, cacheDir } = kernelOf(bzImage({ payload: packed('gzip', ['-nc']) }));
  const paths = await Promise.all([1, 2, 3].map(() => elfKernel(host, cacheDir, files, signal)));
  expect(new Set(paths).size).toBe(1);
  expect(readFileSync(paths[0] ?? '').equals(KERNEL)).toBe(true);
});

it('an ELF file is taken as it is', async () => {
  const { files, cacheDir } = kernelOf(KERNEL);
  expect(await elfKernel(host, cacheDir, files, signal)).toBe(files.vmlinuz);
});

it.each([
  ['an image that holds something else', bzImage({ payload: Buffer.from('BZh no archive') }), 'is no ELF file'],
  ['one that is packed otherwise', bzImage({ payload: Buffer.from('lzo?lzo?') }), 'packed in a way that cannot'],
  ['no image', Buffer.from('text'), 'it is not a kernel image'],
])('%s is named', async (_name, bytes, words) => {
  const { files, cacheDir } = kernelOf(bytes);
  mkdirSync(cacheDir, { recursive: true });
  await expect(elfKernel(host, cacheDir, files, signal)).rejects.toMatchObject({
    ...{ code: 'kernel_unusable', message: expect.stringContaining(words) },
  });
});
