import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { sectionBytes } from '../../../src/elf/elf-file.ts';
import { namedSections } from '../../../src/elf/named-sections.ts';
import { createHost } from '../../../src/host/create-host.ts';
import { fileSections } from '../../../src/kernels/image/file-sections.ts';
import { imageFacts } from '../../../src/kernels/image/image-facts.ts';
import { bzImage } from '../../fakes/bzimage.ts';
import { buildElf } from '../../object/elf-builder.ts';

const host = createHost({ env: { PATH: process.env['PATH'] } });
const scratch = mkdtempSync(join(tmpdir(), 'file-sections-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const OBJECT = Buffer.from(
  buildElf([
    { name: '.rodata', bytes: Buffer.alloc(3000, 'data ') },
    { name: '.BTF', bytes: Buffer.alloc(1000, 'types ') },
  ]),
);

function fileOf(bytes: Uint8Array): string {
  const path = join(mkdtempSync(join(scratch, 'case-')), 'file');
  writeFileSync(path, bytes);
  return path;
}

test('every section of a file is the one that is found in memory', async () => {
  const sections = namedSections(OBJECT, 100) ?? [];
  const names = sections.map(({ name }) => name);
  const found = await fileSections(host, fileOf(OBJECT), names);
  expect(names).toContain('.BTF');
  for (const section of sections.filter(({ type }) => type !== 0 && type !== 8)) {
    expect(found?.get(section.name)?.equals(sectionBytes(OBJECT, section)), section.name).toBe(true);
  }
  expect((await fileSections(host, fileOf(OBJECT), ['.none']))?.size).toBe(0);
});

test('a file that ends anywhere has no sections, or those that it had', async () => {
  const whole = (await fileSections(host, fileOf(OBJECT), ['.BTF']))?.get('.BTF');
  expect(whole).toBeDefined();
  let cut = 0;
  for (let bytes = 0; bytes < OBJECT.length; bytes += 97) {
    const found = await fileSections(host, fileOf(OBJECT.subarray(0, bytes)), ['.BTF']);
    if (found === undefined) cut++;
    else expect(found.get('.BTF')).toEqual(whole);
  }
  expect(cut).toBeGreaterThan(0);
});

test('tables that cannot be are none', async () => {
  for (const [at, value] of [
    [40, 0n],
    [40, 1n],
    [40, 2n ** 64n - 1n],
    [40, BigInt(OBJECT.length)],
  ] as const) {
    const bytes = Buffer.from(OBJECT);
    bytes.writeBigUInt64LE(value, at);
    expect(await fileSections(host, fileOf(bytes), ['.BTF'])).toBeUndefined();
  }
  expect(await fileSections(host, join(scratch, 'nothing'), ['.BTF'])).toBeUndefined();
});

const BTF = namedSections(OBJECT, 100)?.find(({ name }) => name === '.BTF');
const FACTS = {
  btfSha256: createHash('sha256')
    .update(BTF === undefined ? '' : sectionBytes(OBJECT, BTF))
    .digest('hex'),
};

test.each([
  ['gzip', ['-nc']],
  ['xz', ['--check=crc32', '-c']],
  ['zstd', ['-q', '-c']],
] as const)(
  'facts of an image that is packed with %s are read by way of a file that does not stay',
  async (tool, args) => {
    const { stdout } = spawnSync(tool, args, { input: OBJECT });
    const path = fileOf(bzImage({ payload: Buffer.concat([stdout, Buffer.from([1, 2, 3, 4])]) }));
    const dir = mkdtempSync(join(scratch, 'dir-'));
    expect(await imageFacts(host, path, dir, undefined)).toEqual(FACTS);
    expect(readdirSync(dir)).toEqual([]);
    // Where that file cannot be made the facts are the same ones.
    expect(await imageFacts(host, path, join(dir, 'not-there'), undefined)).toEqual(FACTS);
  },
);

test('an image that holds nothing of the kind has no facts', async () => {
  const path = fileOf(bzImage({ payload: Buffer.from('BZh no archive') }));
  expect(await imageFacts(host, path, scratch, undefined)).toEqual({});
});
