import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import type { RegistryStore } from '../../src/kernels/sources/oci/registry.ts';
import { sha256 } from '../../src/runtime/canonical.ts';
import { BUNDLE } from '../../src/runtime/oci-image.ts';
import { pullBundles } from '../../src/runtime/oci-pull.ts';

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
