import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { environmentOf } from '../../src/api/services.ts';
import { elfKernel } from '../../src/kernels/image/elf-kernel.ts';
import { imageFacts } from '../../src/kernels/image/image-facts.ts';
import { KERNELS } from './support/places.ts';
import { scratchDir } from './support/scratch.ts';
import { storedKernel } from './support/stored-kernel.ts';

// Debian packs its kernels in several ways: LZ4 (cloud, up to 6.1), xz (generic 6.1), zstd.
const scratch = scratchDir();
const { host } = environmentOf({});
const { signal } = new AbortController();

test.each([...KERNELS, 'debian-12-6.1-generic'])('the vmlinux of %s is the build that the package has', async (id) => {
  const kernel = await storedKernel(id);
  const path = await elfKernel(host, scratch, kernel, signal);
  expect((await readFile(path)).subarray(0, 4).toString('latin1')).toBe('\u007fELF');
  const facts = await imageFacts(host, path, scratch, signal);
  // What guests of the direct lane are compared with.
  expect(facts.buildId).toMatch(/^[0-9a-f]{40}$/);
  expect(facts).toEqual({ buildId: kernel.record.buildId, btfSha256: kernel.record.btfSha256 });
});
