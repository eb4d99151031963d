import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keepNamed, openNamed } from '../../src/api/named-objects.ts';
import { createHost } from '../../src/host/create-host.ts';
import { imageNamed } from '../../src/model/oci-source.ts';
import { findArtifacts } from '../../src/run/find-artifacts.ts';
import {
  type Descriptor,
  type ImageFiles,
  imageFiles,
  type Registry,
  serveRegistry,
  tarOf,
} from '../fakes/registry.ts';
import { buildElf, insns } from '../object/elf-builder.ts';

const object = (name: string): Buffer =>
  Buffer.from(
    buildElf([{ name: 'xdp', executable: true, bytes: insns([[0xb7], [0x95]]) }], [{ name, section: 'xdp', size: 16 }]),
  );
const ONE = object('one');
const TWO = object('two_is_longer');
const GADGET = 'application/vnd.gadget.ebpf.program.v1+binary';
const BLOB = /\/blobs\//;

let dir: string;
let images: ImageFiles;
let registry: Registry;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'bpfcompat-images-'));
  images = imageFiles();
  registry = await serveRegistry(images);
});
afterEach(async () => {
  await registry[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

const name = (reference = ':v1'): string => `${registry.host}/lab/probe${reference}`;
/** @returns its digest */
function push(layers: readonly Descriptor[], tag = 'v1'): string {
  const { digest } = images.image(layers);
  registry.tags.set(`lab/probe:${tag}`, digest);
  return digest;
}
async function open(word = name(), env: Record<string, string> = {}, offline = false) {
  const host = createHost({ env: { PATH: process.env['PATH'], TMPDIR: dir, ...env } });
  const found = await openNamed(host, { cwd: dir, paths: await findArtifacts(host, dir, [word]), offline });
  const [first] = found;
  if (first?.problem) throw first.problem;
  return found;
}
const namesOf = (found: Awaited<ReturnType<typeof open>>): (string | undefined)[] => found.map((one) => one.name);

describe('an image of a registry', () => {
  test('as Inspektor Gadget makes it: the object is a layer, the others are nothing to look at', async () => {
    const digest = push([
      images.add(Buffer.from('\0asm'), 'application/vnd.gadget.wasm.program.v1+binary'),
      images.add(ONE, GADGET),
    ]);
    const found = await open();
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      path: `oci://${name()}`,
      name: 'probe:v1',
      reads: '',
      object: { source: { place: name(), digest, inside: '' } },
    });
    expect(Buffer.from(found[0]?.object?.bytes ?? [])).toEqual(ONE);
    expect(registry.requests.filter((one) => BLOB.test(one))).toHaveLength(1);
  });

  test.each(['tar', 'tar+gzip', 'tar+zstd'] as const)('as bpfman makes it: files in a layer (%s)', async (packing) => {
    push([images.layer({ 'one.bpf.o': ONE, 'lib/two.o': TWO, 'README.md': '# x' }, packing)]);
    expect(namesOf(await open()).toSorted()).toEqual(['probe:v1[one.bpf.o]', 'probe:v1[two.o]']);
    expect(namesOf(await open(`${name()}[two.o]`))).toEqual(['probe:v1[two.o]']);
  });

  test('by its digest, and by the architecture of this machine', async () => {
    const arch = process.arch === 'arm64' ? ['arm64', 'amd64'] : ['amd64', 'arm64'];
    const both = [ONE, TWO].map((bytes, index) => ({
      ...images.image([images.add(bytes, GADGET)]),
      platform: { os: 'linux', architecture: arch[index] ?? '' },
    }));
    const { digest } = images.index(both);
    registry.tags.set('lab/probe:v1', digest);
    for (const reference of [':v1', `@${digest}`, `:other@${digest}`]) {
      const [found] = await open(name(reference));
      expect(Buffer.from(found?.object?.bytes ?? [])).toEqual(ONE);
      expect(found?.object?.source.digest).toBe(digest);
    }
  });

  test('without an object gets no verdict', async () => {
    push([images.layer({ 'etc/passwd': 'x', 'x.o': 'text' })]);
    await expect(open()).rejects.toThrow(
      /^no BPF object in 127\.0\.0\.1:\d+\/lab\/probe:v1: it is an image without a \.bpf\.o/,
    );
    await expect(open(name(':v2'))).rejects.toThrow(/status 404: there is no .*lab\/probe:v2/);
    await expect(open(name(), {}, true)).rejects.toThrow(/images need the network/);
  });
});

describe('a hostile registry', () => {
  test.each([
    ['a layer with other bytes', (digest: string) => digest, Buffer.from('other')],
    ['a layer that is cut off', (digest: string) => digest, ONE.subarray(0, 100)],
  ])('%s: nothing is used', async (_name, _of, bytes) => {
    const layer = images.add(ONE, GADGET);
    push([layer]);
    images.blobs.set(layer.digest, bytes);
    await expect(open()).rejects.toThrow(/cannot be read \(.*is not the layer that the image names; nothing was used/);
    expect(readdirSync(dir)).toEqual([]);
  });

  test('a document of another digest, and one that is none', async () => {
    const digest = push([images.add(ONE, GADGET)]);
    images.blobs.set(digest, Buffer.from('{"layers":[]}'));
    await expect(open(name(`@${digest}`))).rejects.toThrow(/returned a document of another digest/);
    images.blobs.set(digest, Buffer.from('<html>'));
    await expect(open()).rejects.toThrow(/is not JSON; nothing was used/);
  });

  test('a blob without end is cut at the size that the image names', async () => {
    const layer = images.add(ONE, GADGET);
    push([layer]);
    let sent = 0;
    registry.intercept = (_request, response, path) => {
      if (!BLOB.test(path)) return false;
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) sent += 65_536;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
      return true;
    };
    await expect(open()).rejects.toThrow(/nothing was used|more than/);
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  test('layers and objects beyond the bounds are not pulled', async () => {
    push([{ mediaType: GADGET, digest: `sha256:${'0'.repeat(64)}`, size: 600 * 1024 * 1024 }]);
    await expect(open()).rejects.toThrow(/its object has more than 512 MiB/);
    push([
      { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: `sha256:${'0'.repeat(64)}`, size: 9 * 2 ** 30 },
    ]);
    await expect(open()).rejects.toThrow(/its layers have more than 8 GiB/);
    expect(registry.requests.filter((one) => BLOB.test(one))).toEqual([]);
  });

  test('paths that leave the archive name nothing but an object', async () => {
    mkdirSync(join(dir, 'x'));
    writeFileSync(join(dir, 'evil.o'), ONE);
    const tar = execFileSync('tar', ['-cPf', '-', '--transform', 's,^,../../../,', 'evil.o'], { cwd: dir });
    push([images.add(tar, 'application/vnd.oci.image.layer.v1.tar')]);
    rmSync(join(dir, 'evil.o'));
    const host = createHost({ env: process.env });
    const found = await open();
    expect(namesOf(found)).toEqual(['probe:v1']);
    const [kept] = await keepNamed(host, join(dir, 'x/work'), found);
    expect(kept?.taken?.file).toMatch(/\/x\/work\/objects\/[0-9a-f]{64}\.o$/);
    expect(readdirSync(dir)).toEqual(['x']);
  });
});

describe('a token', () => {
  const BASIC = `Basic ${Buffer.from('token:secret').toString('base64')}`;
  const env = (host: string) => ({ BPFCOMPAT_REGISTRY: host, BPFCOMPAT_REGISTRY_TOKEN: 'secret' });
  let seen: string[];
  beforeEach(() => {
    push([images.add(ONE, GADGET)]);
    seen = [];
    registry.intercept = (request, _response, path) => {
      if (request.headers.authorization === BASIC) seen.push(path);
      return false;
    };
  });

  test('goes to the place of its registry that hands out tokens, and to nothing else', async () => {
    await open(name(), env(registry.host));
    expect(seen).toEqual(['/token']);
  });

  test('of another registry is not sent', async () => {
    await open(name(), env('ghcr.io'));
    expect(seen).toEqual([]);
  });

  test('is not sent to another host, wherever the registry points', async () => {
    const got: (string | undefined)[] = [];
    const other = createServer((request, response) => {
      got.push(request.headers.authorization);
      response.writeHead(200).end('{"token":"anonymous-token"}');
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const outside = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    registry.intercept = (request, response) => {
      if (request.headers.authorization !== undefined) return false;
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${outside}/token",service="lab"` }).end();
      return true;
    };
    try {
      await open(name(), env(registry.host));
      registry.intercept = (request, response, path) => {
        if (!BLOB.test(path) || request.headers.authorization === undefined) return false;
        response.writeHead(307, { location: `http://${outside}/blob` }).end();
        return true;
      };
      await expect(open(name(), env(registry.host))).rejects.toThrow(/nothing was used/);
      expect(got).toEqual([undefined, undefined]);
    } finally {
      other.close();
    }
  });
});

describe('an image on this machine', () => {
  beforeEach(() => images.writeLayout(join(dir, 'layout'), [images.image([images.layer({ 'one.o': ONE })])]));

  test('is a layout, an archive of one (packed or not), or one of docker', async () => {
    execFileSync('tar', ['-C', join(dir, 'layout'), '-cf', join(dir, 'oci.tar'), '.']);
    execFileSync('gzip', ['-k', join(dir, 'oci.tar')]);
    const docker = tarOf({
      'manifest.json': JSON.stringify([{ Config: 'c.json', RepoTags: ['x:v1'], Layers: ['a/layer.tar'] }]),
      'a/layer.tar': tarOf({ 'one.o': ONE }),
      'b/layer.tar': tarOf({ 'two.o': TWO }),
    });
    writeFileSync(join(dir, 'docker.tar'), docker);
    expect(namesOf(await open('layout'))).toEqual(['layout']);
    expect(namesOf(await open('oci.tar'))).toEqual(['oci.tar[one.o]']);
    expect(namesOf(await open('oci.tar.gz'))).toEqual(['oci.tar.gz[one.o]']);
    expect(namesOf(await open('docker.tar'))).toEqual(['docker.tar[one.o]']);
  });

  test('with a blob of other bytes is not used', async () => {
    const [digest = ''] = [...images.blobs].find(([, bytes]) => bytes[0] === 0x1f) ?? [];
    writeFileSync(join(dir, 'layout/blobs/sha256', digest.slice(7)), 'other');
    await expect(open('layout')).rejects.toThrow(
      /^layout: an image that cannot be read \(.*has other bytes; nothing was used/,
    );
  });
});

test.each([
  ['ghcr.io/owner/image:tag', 'ghcr.io/owner/image:tag'],
  ['ghcr.io/owner/image', 'ghcr.io/owner/image'],
  ['docker://localhost/x', 'localhost/x'],
  ['127.0.0.1:5000/x/y@sha256:'.concat('a'.repeat(64)), '127.0.0.1:5000/x/y@sha256:'.concat('a'.repeat(64))],
  ['build.d/conn.bpf.o', undefined],
  ['build/conn:v1', undefined],
  ['./a.b/c', undefined],
  ['https://ghcr.io/x/y', undefined],
])('%s as the name of an image', (word, image) => expect(imageNamed(word)).toBe(image));

describe('layers are laid one over the other', () => {
  const layers = (...all: ImageFileSets): Descriptor[] => all.map((files) => images.layer(files));
  type ImageFileSets = Parameters<ImageFiles['layer']>[0][];
  const BAD = object('bad');

  test.each<readonly [string, ImageFileSets, string[]]>([
    [
      'what is taken away is not an object of the image',
      [{ 'a/bad.o': BAD, 'b.o': ONE }, { 'a/.wh.bad.o': '' }],
      ['b.o'],
    ],
    ['a directory that is taken away', [{ 'a/b/bad.o': BAD, 'b.o': ONE }, { '.wh.a': '' }], ['b.o']],
    [
      'a directory that is emptied, and filled',
      [{ 'a/bad.o': BAD }, { 'a/.wh..wh..opq': '', 'a/two.o': TWO }],
      ['two.o'],
    ],
    ['a file in the place of another', [{ 'a/x.o': BAD, 'b.o': ONE }, { 'a/x.o': TWO }], ['b.o', 'x.o']],
    ['a file in the place of a directory', [{ 'a/x/bad.o': BAD, 'b.o': ONE }, { 'a/x': 'text' }], ['b.o']],
    [
      'the same object elsewhere is one',
      [
        { 'a/x.o': ONE, 'c.o': TWO },
        { 'a/.wh.x.o': '', 'b/x.o': ONE },
      ],
      ['c.o', 'x.o'],
    ],
    [
      'a copy of what is taken away is there',
      [{ 'a/x.o': ONE, 'b/y.o': ONE, 'c.o': TWO }, { 'a/.wh.x.o': '' }],
      ['c.o', 'y.o'],
    ],
    [
      'a copy of what another file replaced is there',
      [{ 'a/x.o': object('copied'), 'b/y.o': object('copied') }, { 'a/x.o': TWO }],
      ['x.o', 'y.o'],
    ],
    ['what comes back', [{ 'x.o': BAD, 'b.o': ONE }, { '.wh.x.o': '' }, { 'x.o': TWO }], ['b.o', 'x.o']],
    ['nothing of the layer itself', [{ 'b.o': ONE }, { '.wh.x.o': '', 'x.o': BAD }], ['b.o', 'x.o']],
  ])('%s', async (_name, files, names) => {
    push(layers(...files));
    const found = await open();
    // One object alone is called like its image.
    const expected = names.length === 1 ? ['probe:v1'] : names.map((member) => `probe:v1[${member}]`);
    expect(namesOf(found).toSorted()).toEqual(expected);
    const isBad = (one: (typeof found)[number]): boolean => Buffer.from(one.object?.bytes ?? []).equals(BAD);
    expect(found.some(isBad)).toBe(_name === 'nothing of the layer itself');
  });

  test('in the order of its manifest, whatever the order in an archive of docker', async () => {
    const docker = tarOf({
      'manifest.json': JSON.stringify([
        { Config: 'c.json', RepoTags: ['x:v1'], Layers: ['z/layer.tar', 'a/layer.tar'] },
      ]),
      'a/layer.tar': tarOf({ '.wh.bad.o': '', 'one.o': ONE }),
      'z/layer.tar': tarOf({ 'bad.o': BAD, 'two.o': TWO }),
    });
    writeFileSync(join(dir, 'docker.tar'), docker);
    expect(namesOf(await open('docker.tar')).toSorted()).toEqual(['docker.tar[one.o]', 'docker.tar[two.o]']);
    const lost = JSON.stringify([{ Layers: ['z/layer.tar', 'gone/layer.tar'] }]);
    writeFileSync(join(dir, 'docker.tar'), tarOf({ 'manifest.json': lost, 'z/layer.tar': tarOf({ 'two.o': TWO }) }));
    await expect(open('docker.tar')).rejects.toThrow(/its layer gone\/layer\.tar is not there/);
  });
});
