import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import type { RegistryStore } from '../../src/kernels/sources/oci/registry.ts';
import { sha256 } from '../../src/runtime/canonical.ts';
import { BUNDLE } from '../../src/runtime/oci-image.ts';
import { pullBundles, pullObject } from '../../src/runtime/oci-pull.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'bpfcompat-pull-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A registry in which everybody may refer to an image. */
function storeOf(documents: readonly string[]): RegistryStore {
  const blobs = new Map(documents.map((text) => [`sha256:${sha256(text)}`, Buffer.from(text)]));
  const list = [...blobs].map(([digest, { length: size }]) => ({ mediaType: 'x/y', digest, size }));
  return {
    referrers: async () => Buffer.from(JSON.stringify({ manifests: list })),
    documentIfThere: async () => undefined,
    document: async (digest) => ({ bytes: blobs.get(digest) ?? Buffer.alloc(0), digest }),
    layer: async ({ digest }) => {
      const file = join(dir, 'layer');
      writeFileSync(file, digest.at(-1) ?? '');
      return file;
    },
  };
}

const layer = (mediaType: string, last: string) => ({ mediaType, size: 1, digest: `sha256:${'0'.repeat(63)}${last}` });

test('bundles are found among what else refers to an image', async () => {
  const documents = [
    'no JSON',
    '{"layers":[{"digest":"x"}]}',
    JSON.stringify({ layers: [layer('application/vnd.dev.cosign.simplesigning.v1+json', '1')] }),
    JSON.stringify({ layers: [layer(BUNDLE, '2')] }),
  ];
  const found = await pullBundles(createHost({ env: {} }), storeOf(documents), `sha256:${'a'.repeat(64)}`);
  expect(found.map(({ bytes }) => bytes.toString())).toEqual(['2']);
});

/** A registry with an image of one layer. */
function imageOf(bytes: Buffer): RegistryStore {
  const one = { mediaType: 'x/y', size: bytes.length, digest: `sha256:${sha256(bytes)}` };
  return {
    ...storeOf([]),
    document: async (digest) => ({ bytes: Buffer.from(JSON.stringify({ layers: [one] })), digest }),
    layer: async () => {
      const file = join(dir, 'object');
      writeFileSync(file, bytes);
      return file;
    },
  };
}

const ELF = Buffer.concat([Buffer.from('\x7fELF', 'latin1'), Buffer.alloc(96)]);
const pull = (bytes: Buffer, object: string, download: string) => {
  const env = { BPFCOMPAT_MAX_OBJECT_BYTES: object, BPFCOMPAT_FETCH_MAX_BYTES: download };
  return pullObject(createHost({ env }), imageOf(bytes), 'v1', 'the image');
};

test.each([
  ['1000', '100', undefined],
  ['1000', '99', 'its layer has 100 bytes, at most 99 are read'],
  ['99', '1000', 'its layer has 100 bytes, at most 99 are read'],
  ['99', '', 'its layer has 100 bytes, at most 99 are read'],
  ['', '-1', undefined],
])('objects of "%s" and downloads of "%s" bytes: %s', async (object, download, error) => {
  if (error === undefined) expect((await pull(ELF, object, download)).bytes).toEqual(ELF);
  else await expect(pull(ELF, object, download)).rejects.toThrow(error);
});

test('a layer is unpacked up to what an object may have', async () => {
  const bomb = gzipSync(Buffer.alloc(1024 * 1024));
  await expect(pull(bomb, '10000', '')).rejects.toThrow('unpacks to more than the 10000 bytes');
});
