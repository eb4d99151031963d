import { expect, test } from 'vitest';
import { readTar } from '../../../src/kernels/image/tar.ts';
import { tarOf } from '../../fakes/registry.ts';

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function filesIn(bytes: Buffer, size: number): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { path, kind, content } of readTar(chunksOf(bytes, size))) {
    if (kind === 'file') files[path] = (await content()).toString('latin1');
  }
  return files;
}

const FILES = { a: 'x'.repeat(700), b: 'y'.repeat(1000) };
const WHOLE = { './a': FILES.a, './b': FILES.b };
const archive = tarOf(FILES);
/** The last byte of the last file; padding and two blocks of zeros follow. */
const END = archive.lastIndexOf('y') + 1;

test.each([
  ['with its trailer', archive.length],
  ['without a trailer', Math.ceil(END / 512) * 512],
  ['without padding behind the last file, as umoci writes it', END],
  ['with a part of the padding', END + 3],
])('an archive %s is read, in chunks of any size', async (_name, end) => {
  for (const size of [archive.length, 512, 97]) expect(await filesIn(archive.subarray(0, end), size)).toEqual(WHOLE);
});

test.each([
  ['within the last file', END - 1],
  ['a block before the end of the last file', END - 512],
  ['within a header', END - 1000 - 200],
  ['within the first file', 1600],
])('an archive that ends %s is none', async (_name, end) => {
  for (const size of [archive.length, 512, 97]) {
    await expect(filesIn(archive.subarray(0, end), size)).rejects.toMatchObject({ code: 'bad_package' });
  }
});
