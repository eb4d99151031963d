import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { prepareSuite } from '../../src/api/prepare-suite.ts';
import { environmentOf } from '../../src/api/services.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'suite-images-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

async function problemOf(artifact: string): Promise<string> {
  const suite = `name: s\ndefaults: {kernels: [debian-12-6.1]}\ncases:\n  - {name: a, artifact: ${JSON.stringify(artifact)}}\n`;
  writeFileSync(join(cwd, 'suite.yaml'), suite);
  const old = { keep: async () => {}, know: async () => {}, setAside: async () => {} };
  const environment = environmentOf({ cwd, env: { BPFCOMPAT_CACHE_DIR: join(cwd, 'cache') } });
  const { cases } = await prepareSuite({ suite: 'suite.yaml', offline: true, cwd }, environment, old);
  return cases[0]?.error ?? '';
}

test.each(['ghcr.io/owner/x:v1', 'oci://ghcr.io/owner/x', `ghcr.io/owner/x@sha256:${'0'.repeat(64)}`])(
  '%s of a case is an image',
  async (artifact) => {
    expect(await problemOf(artifact)).toMatch(/^suite\.yaml:4:\d+: artifact \S+: images need the network/);
  },
);

test('a file does not take the place of an image', async () => {
  mkdirSync(join(cwd, 'ghcr.io/owner'), { recursive: true });
  writeFileSync(join(cwd, 'ghcr.io/owner/x:v1'), 'x');
  expect(await problemOf('ghcr.io/owner/x:v1')).toMatch(/there is a file of that name, .* write \.\/ghcr\.io/);
  expect(await problemOf('oci://ghcr.io/owner/x:v1')).toMatch(/images need the network/);
});

test.each(['[main._Bytes]', '@0x2020'])('an object in a program of a directory is no image: %s', async (inside) => {
  mkdirSync(join(cwd, 'v1.2'));
  writeFileSync(join(cwd, 'v1.2/agent'), 'x');
  expect(await problemOf(`v1.2/agent${inside}`)).toMatch(/agent\S+: there is no such file/);
});

test('a word that is neither is an error', async () => {
  expect(await problemOf('https://host.example/x.bpf.o')).toMatch(/it is neither a path nor an image/);
});
