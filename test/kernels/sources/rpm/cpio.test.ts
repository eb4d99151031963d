import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CpioEntry, readCpio } from '../../../../src/kernels/sources/rpm/cpio.ts';
import { safePath } from '../../../../src/kernels/sources/rpm/payload.ts';

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield Buffer.from(bytes.subarray(at, at + size));
}

async function read(bytes: Uint8Array, size = 100): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const wants = ({ kind }: CpioEntry): boolean => kind === 'file';
  await readCpio(inPieces(bytes, size), wants, async ({ path }, content) => {
    found[path] = content.toString();
  });
  return found;
}

/** One archive of the real tool, with a directory, a link and files of awkward sizes. */
function archive(): Buffer {
  const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-cpio-'));
  try {
    mkdirSync(join(dir, 'lib'));
    writeFileSync(join(dir, 'lib/one'), 'x'.repeat(5));
    writeFileSync(join(dir, 'two'), 'y'.repeat(4096));
    writeFileSync(join(dir, 'empty'), '');
    symlinkSync('/etc/passwd', join(dir, 'link'));
    return execFileSync('sh', ['-c', 'find . | LC_ALL=C sort | cpio -o -H newc --quiet'], { cwd: dir });
  } finally {
    rmSync(dir, { recursive: true });
  }
}

describe('archives', () => {
  const whole = archive();

  test.each([1, 7, 512, 100_000])('in pieces of %i bytes', async (size) => {
    expect(await read(whole, size)).toEqual({ 'lib/one': 'xxxxx', two: 'y'.repeat(4096), empty: '' });
  });

  test('that end early, at any byte', async () => {
    const end = whole.indexOf('TRAILER!!!') + 'TRAILER!!!'.length;
    for (let bytes = 0; bytes <= end; bytes += 37) {
      await expect(read(whole.subarray(0, bytes))).rejects.toMatchObject({ code: 'bad_package' });
    }
  });

  test.each([
    ['another format', (bytes: Buffer) => bytes.write('07070X')],
    ['no number', (bytes: Buffer) => bytes.write('zzzzzzzz', 54)],
    ['a name of no length', (bytes: Buffer) => bytes.write('00000000', 94)],
    ['a name of a gigabyte', (bytes: Buffer) => bytes.write('40000000', 94)],
  ])('with %s', async (_what, damage) => {
    const bytes = Buffer.from(whole);
    damage(bytes);
    await expect(read(bytes)).rejects.toMatchObject({ code: 'bad_package' });
  });
});

describe('paths', () => {
  test.each([
    ['./lib/modules/x/vmlinuz', 'lib/modules/x/vmlinuz'],
    ['/boot/vmlinuz-1', 'boot/vmlinuz-1'],
    ['../etc/passwd', undefined],
    ['lib/modules/../../../etc/passwd', undefined],
    ['lib//x', undefined],
    ['lib/x\n', undefined],
    ['lib/x\0y', undefined],
    ['', undefined],
    ['.', undefined],
    ['lib/ü', undefined],
  ])('%j', (path, safe) => {
    expect(safePath(path)).toBe(safe);
  });
});
