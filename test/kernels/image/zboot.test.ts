import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createHost } from '../../../src/host/create-host.ts';
import { bannerIn } from '../../../src/kernels/image/banner.ts';
import { openImage } from '../../../src/kernels/image/local-image.ts';
import { withoutZboot } from '../../../src/kernels/image/zboot.ts';
import { bzImage } from '../../fakes/bzimage.ts';
import { arm64Image, ZBOOT_PACKERS, zboot, zbootOf } from '../../fakes/zboot.ts';

const host = createHost({ env: { PATH: process.env['PATH'] } });
const scratch = mkdtempSync(join(tmpdir(), 'zboot-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const IMAGE = arm64Image();
let nth = 0;

function whereIs(tool: string): string {
  const dirs = (process.env['PATH'] ?? '').split(':');
  const path = dirs.map((dir) => join(dir, tool)).find((one) => existsSync(one));
  if (path === undefined) throw new Error(`${tool} is not installed`);
  return path;
}

function fileOf(bytes: Uint8Array): string {
  const path = join(scratch, `vmlinuz-${nth++}`);
  writeFileSync(path, bytes);
  return path;
}

const unpack = (path: string): Promise<string> => withoutZboot(host, path, `${path}.image`, undefined);

describe('the Image in an EFI zboot image', () => {
  test.each(Object.keys(ZBOOT_PACKERS))('packed with %s', async (named) => {
    const path = fileOf(zboot(IMAGE, named));
    expect(readFileSync(await unpack(path)).equals(IMAGE)).toBe(true);
    expect(await openImage(host, path, { arch: 'aarch64' })).toMatchObject({ arch: 'aarch64', release: '6.18.0-rc3' });
  });

  test('any other image stays what it is', async () => {
    for (const bytes of [IMAGE, bzImage(), Buffer.from('MZ'), Buffer.alloc(0)]) {
      const path = fileOf(bytes);
      expect(await unpack(path)).toBe(path);
      expect(existsSync(`${path}.image`)).toBe(false);
    }
  });

  const packed = zboot(IMAGE, 'gzip').subarray(512, -4096);
  test.each([
    ['unknown compression', zbootOf(packed, { named: 'brotli' }), /packed with "brotli", .*gzip, lz4.* name the Image/],
    ['a name of an object', zbootOf(packed, { named: 'toString' }), /packed with "toString", which cannot be unpacked/],
    ['a name that is no text', zbootOf(packed, { named: '\x1b[31m\x07' }), /packed with "\?\[31m\?"/],
    ['a place behind the end', zbootOf(packed, { offset: 0xffff_0000 }), /outside of the file; it is damaged/],
    ['a size behind the end', zbootOf(packed, { size: 0xffff_ffff }), /outside of the file; it is damaged/],
    ['a file that ends in its head', zbootOf(packed).subarray(0, 10), /outside of the file; it is damaged/],
    ['no size', zbootOf(packed, { size: 0 }), /outside of the file; it is damaged/],
    ['a place in the head', zbootOf(packed, { offset: 0 }), /outside of the file; it is damaged/],
    [
      'a part of what was packed',
      zbootOf(packed, { size: packed.length - 100 }),
      /cannot be unpacked \(.*unexpected end/,
    ],
    ['other bytes', zbootOf(Buffer.alloc(1000, 'x')), /cannot be unpacked \(.*not in gzip format/],
    ['no Image for arm64', zboot(Buffer.alloc(5000, 'riscv'), 'gzip'), /something else than an Image for arm64/],
  ])('%s is reported', async (_, bytes, words) => {
    await expect(unpack(fileOf(bytes))).rejects.toThrow(words);
  });

  test('what would fill the disk is cut, and reported', async () => {
    const path = fileOf(zboot(Buffer.alloc(300 * 1024 * 1024), 'gzip'));
    await expect(unpack(path)).rejects.toThrow(/cannot be unpacked/);
    expect(readFileSync(`${path}.image`).length).toBeLessThanOrEqual(256 * 1024 * 1024);
  });

  test('a tool that is missing is named with its package', async () => {
    const bin = mkdtempSync(join(scratch, 'bin-'));
    for (const tool of ['sh', 'setpriv', 'tail', 'head']) symlinkSync(whereIs(tool), join(bin, tool));
    const bare = createHost({ env: { PATH: bin } });
    const path = fileOf(zboot(IMAGE, 'lz4'));
    await expect(withoutZboot(bare, path, `${path}.image`, undefined)).rejects.toThrow(
      'cannot run lz4: install the package lz4',
    );
  });
});

describe('an image for arm64', () => {
  test('says its release and its architecture', async () => {
    expect(await openImage(host, fileOf(IMAGE))).toMatchObject({ arch: 'aarch64', release: '6.18.0-rc3' });
  });

  test('is none for a profile of another one', async () => {
    await expect(openImage(host, fileOf(IMAGE), { arch: 'x86_64' })).rejects.toThrow(
      /it is a kernel for aarch64, and its profile says x86_64; correct arch/,
    );
    await expect(openImage(host, fileOf(bzImage()), { arch: 'aarch64' })).rejects.toThrow(
      /for x86_64, .* says aarch64/,
    );
  });

  test.each([
    ['plain', arm64Image('../x')],
    ['packed', zboot(arm64Image('../x'), 'xzkern')],
  ])('without a release is damaged (%s)', async (_, bytes) => {
    await expect(openImage(host, fileOf(bytes))).rejects.toThrow(/does not say which version it is; it is damaged/);
  });

  test('that unpacks without an end is not read to the end', async () => {
    let read = 0;
    async function* zeros() {
      for (; read < 100; read++) yield Buffer.alloc(1000);
      yield Buffer.from('Linux version 6.18.0 (me@here)');
    }
    expect(await bannerIn(zeros(), 10_000)).toBeUndefined();
    expect(read).toBeLessThan(20);
  });
});
