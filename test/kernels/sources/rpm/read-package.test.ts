import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHost } from '../../../../src/host/create-host.ts';
import { readPackage } from '../../../../src/kernels/sources/rpm/read-package.ts';
import { buildRpm } from '../../../fakes/rpm-repository.ts';

const host = createHost({ env: {} });
let dir: string;
let bytes: Buffer;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'bpfcompat-rpm-'));
  const files = { 'lib/modules/1/vmlinuz': 'x', 'lib/modules/1/config': 'y' };
  bytes = readFileSync(
    buildRpm(dir, { name: 'kernel', version: '1', release: '2.el9', epoch: 3, files, payload: 'w3.zstdio' }, undefined),
  );
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function read(content: Uint8Array) {
  const path = join(dir, 'one.rpm');
  writeFileSync(path, content);
  return readPackage(host, path);
}

test('what a package says of itself', async () => {
  const { facts, headerSignatures, payloadAt } = await read(bytes);
  expect(facts).toMatchObject({
    name: 'kernel',
    epoch: 3,
    version: '1',
    release: '2.el9',
    arch: 'x86_64',
    payloadFormat: 'cpio',
    compressor: 'zstd',
    payloadDigest: { algorithm: 'sha256', hex: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
  expect(headerSignatures).toEqual([]);
  // The magic number of zstd.
  expect(bytes.readUInt32LE(payloadAt)).toBe(0xfd2fb528);
});

test('a file that ends anywhere in its headers is rejected', async () => {
  const { payloadAt } = await read(bytes);
  for (let end = 0; end < payloadAt; end += 61) {
    await expect(read(bytes.subarray(0, end))).rejects.toMatchObject({ code: 'bad_package' });
  }
});

test('damaged headers are rejected or read, and nothing else happens', async () => {
  const { payloadAt } = await read(bytes);
  const change = fc.tuple(fc.integer({ min: 96, max: payloadAt - 1 }), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
      const damaged = Buffer.from(bytes);
      for (const [at, value] of changes) damaged[at] = value;
      const code = await read(damaged).then(
        () => 'read',
        (error: { code?: string }) => error.code,
      );
      expect(['read', 'bad_package']).toContain(code);
    }),
    { numRuns: 300, seed: 14 },
  );
});

test.each([
  ['names in the header', 1000],
  ['signatures', 278],
])('a million %s are not read', async (_what, tag) => {
  // A header with this one entry: a list of empty texts.
  const store = Buffer.alloc(1_000_000);
  const header = Buffer.alloc(32);
  for (const [at, word] of [0x8eade801, 0, 1, store.length, tag, 8, 0, store.length].entries()) {
    header.writeUInt32BE(word, at * 4);
  }
  const list = Buffer.concat([header, store]);
  const none = Buffer.concat([header.subarray(0, 8), Buffer.alloc(8)]);
  const parts = tag === 278 ? [list, list] : [none, list];
  await expect(read(Buffer.concat([bytes.subarray(0, 96), ...parts]))).rejects.toMatchObject({
    code: 'bad_package',
    message: expect.stringContaining(`its header has 1000000 values of tag ${tag}`),
  });
});

test('a header of a gigabyte is not read', async () => {
  const huge = Buffer.from(bytes);
  huge.writeUInt32BE(0x40000000, 96 + 12);
  await expect(read(huge)).rejects.toMatchObject({ message: expect.stringContaining('too large') });
});
