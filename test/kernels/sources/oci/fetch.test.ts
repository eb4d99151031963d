import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exactly } from '../../../../src/kernels/sources/sources.ts';
import { bzImage } from '../../../fakes/bzimage.ts';
import { elfModule } from '../../../fakes/elf-module.ts';
import {
  type Descriptor,
  type Files,
  type ImageFiles,
  imageFiles,
  type Registry,
  serveRegistry,
} from '../../../fakes/registry.ts';
import { openSourceLab, type SourceLab } from '../../../fakes/source-lab.ts';

const R = '6.18.22';
const BUILT_IN = 'CONFIG_VIRTIO=y\nCONFIG_VIRTIO_PCI=y\nCONFIG_VIRTIO_CONSOLE=y\n';
const module = (name: string): Buffer => elfModule({ name, depends: '', vermagic: `${R} SMP` });

let images: ImageFiles;
let registry: Registry;
let lab: SourceLab;
beforeEach(async () => {
  images = imageFiles();
  registry = await serveRegistry(images);
  lab = openSourceLab();
});
afterEach(async () => {
  await registry[Symbol.asyncDispose]();
  lab[Symbol.dispose]();
});

const name = (reference = ':stable'): string => `${registry.host}/lab/kernels${reference}`;
/** @returns its digest */
function push(layers: readonly Descriptor[], tag = 'stable'): string {
  const { digest } = images.image(layers);
  registry.tags.set(`lab/kernels:${tag}`, digest);
  return digest;
}
const ensure = (image = name(), options = {}) => lab.ensure({ source: 'oci', image }, options);

const CI_KERNELS: Files = {
  'boot/vmlinuz': bzImage({ release: R }),
  [`usr/lib/modules/${R}/kernel/dummy.ko`]: module('dummy'),
};
const LVH = '6.18-20260101.000000';
const LAYOUTS: Readonly<Record<string, Files>> = {
  'ci-kernels': CI_KERNELS,
  Talos: {
    ...CI_KERNELS,
    'boot/System.map': 'x',
    [`usr/lib/modules/${R}/modules.builtin`]:
      'kernel/drivers/virtio/virtio_pci.ko\nkernel/drivers/char/virtio_console.ko\n',
  },
  'little-vm-helper': {
    [`data/kernels/${LVH}/boot/vmlinuz-${R}`]: bzImage({ release: R }),
    [`data/kernels/${LVH}/boot/config-${R}`]: BUILT_IN,
    [`data/kernels/${LVH}/lib/modules/${R}/kernel/dummy.ko`]: module('dummy'),
    'bin/busybox': 'x',
  },
};

describe('images of a registry', () => {
  test.each(Object.keys(LAYOUTS))('the layout of %s', async (layout) => {
    const digest = push([images.layer(LAYOUTS[layout] ?? {})]);
    const { files, cached } = await ensure();
    expect(cached).toBe(false);
    expect(files.record).toMatchObject({
      release: R,
      vouched: { by: 'nobody', file: 'lab.yaml' },
      package: { name: 'lab/kernels', version: digest, archive: name(), files: [{ sha256: digest.slice(7) }] },
    });
    expect(readFileSync(files.vmlinuz)).toEqual(bzImage({ release: R }));
    expect(files.record.modules.map((one) => one.name)).toEqual(['dummy']);
    expect(lab.left().filter((path) => path.startsWith('tmp/'))).toEqual([]);
    // Requested without a token first; with one from then on.
    expect(registry.requests.slice(0, 3)).toEqual([
      'GET /v2/lab/kernels/manifests/stable',
      'GET /token',
      'GET /v2/lab/kernels/manifests/stable (token)',
    ]);
  });

  test('a digest pins an image, whatever the tag is by now', async () => {
    const digest = push([images.layer(CI_KERNELS)]);
    push([images.layer({ 'boot/vmlinuz': bzImage({ release: '6.18.23' }) })]);
    const { files } = await ensure(name(`:stable@${digest}`));
    expect(files.record).toMatchObject({ release: R, vouched: { by: 'pin' }, package: { version: digest } });
  });

  test('what is stored stays until somebody requests newer; then the tag is followed, and nothing is fetched twice', async () => {
    push([images.layer(CI_KERNELS)]);
    await ensure();
    const before = registry.requests.length;
    expect((await ensure()).cached).toBe(true);
    expect(registry.requests).toHaveLength(before);
    expect((await ensure(name(), { refresh: true })).cached).toBe(true);
    expect(registry.requests.slice(before).some((one) => one.includes('/blobs/'))).toBe(false);
    push([images.layer({ 'boot/vmlinuz': bzImage({ release: '6.18.23' }) })]);
    expect((await ensure(name(), { refresh: true })).files.record.release).toBe('6.18.23');
  });

  test('of a tag one build is offered: what it leads to, and the block that requests it alone', async () => {
    const digest = push([images.layer(CI_KERNELS)]);
    const source = { source: 'oci', image: name() } as const;
    const [build] = await lab.builds(source);
    expect(build).toMatchObject({ name: 'lab/kernels', version: digest, sha256: digest.slice(7) });
    push([images.layer({ 'boot/vmlinuz': bzImage({ release: '6.18.23' }) })]);
    const { files } = await lab.ensure(exactly(source, { name: 'lab/kernels', version: digest }));
    expect(files.record).toMatchObject({ release: R, package: { name: 'lab/kernels', version: digest } });
  });

  test('of several architectures ours is taken, and attestations are none', async () => {
    const platform = (os: string, architecture: string) => ({ platform: { os, architecture } });
    const ours = images.image([images.layer(CI_KERNELS)]);
    const other = images.image([images.layer({ 'boot/vmlinuz': 'arm64' })]);
    const index = images.index([
      { ...other, ...platform('linux', 'arm64') },
      { ...other, ...platform('unknown', 'unknown') },
      { ...ours, ...platform('linux', 'amd64') },
    ]);
    registry.tags.set('lab/kernels:stable', index.digest);
    const { files } = await ensure();
    expect(files.record.package.version).toBe(index.digest);
    const foreign = images.index([{ ...other, ...platform('linux', 'arm64') }]);
    registry.tags.set('lab/kernels:arm', foreign.digest);
    await expect(ensure(name(':arm'))).rejects.toThrow(/has no image for linux\/amd64; it has linux\/arm64/);
  });

  test('layers lie one over the other, and take files of those below away', async () => {
    push([
      images.layer(
        { 'boot/vmlinuz-6.1.0': bzImage({ release: '6.1.0' }), [`lib/modules/${R}/kernel/dummy.ko`]: 'old' },
        'tar',
      ),
      images.layer({ 'boot/.wh.vmlinuz-6.1.0': '', [`boot/vmlinuz-${R}`]: bzImage({ release: R }) }, 'tar+zstd'),
      images.layer({ [`lib/modules/${R}/kernel/dummy.ko`]: module('dummy') }),
    ]);
    const { files } = await ensure();
    expect(files.record.release).toBe(R);
    expect(readFileSync(files.modules[0]?.path ?? '')).toEqual(module('dummy'));
  });

  test('a redirect to another host gets no token', async () => {
    const layer = images.layer(CI_KERNELS);
    push([layer]);
    await using store = await serveRegistry(images);
    const seen: (string | undefined)[] = [];
    store.intercept = (request, response) => {
      seen.push(request.headers.authorization);
      response.end(images.blobs.get(layer.digest));
      return true;
    };
    registry.intercept = (_, response, path) => {
      if (!path.endsWith(layer.digest)) return false;
      response.writeHead(307, { location: `http://${store.host}/somewhere?signed=yes` }).end();
      return true;
    };
    expect((await ensure()).files.record.release).toBe(R);
    expect(seen).toEqual([undefined]);
  });
});

describe('nothing is stored of', () => {
  const rejected = async (words: RegExp, code: string, image = name()): Promise<void> => {
    await expect(ensure(image)).rejects.toMatchObject({ code, message: expect.stringMatching(words) });
    expect(lab.left()).toEqual([]);
  };

  test('a tag that is not there', () =>
    rejected(/there is no .*lab\/kernels:none; correct its name or tag/, 'package_not_found', name(':none')));

  test('an image that needs an account', async () => {
    registry.intercept = (_, response, path) => {
      if (path !== '/token') return false;
      response.writeHead(403).end();
      return true;
    };
    await rejected(/status 401: .* cannot be pulled without an account; .*kernel\.layout/, 'mirror_unreachable');
  });

  test('a registry that sends for a token to a place in plain text', async () => {
    registry.intercept = (_, response) => {
      response.writeHead(401, { 'www-authenticate': 'Bearer realm="http://example.invalid/token",service="x"' }).end();
      return true;
    };
    await rejected(/wants a token from http:\/\/example\.invalid\/token, which is not encrypted/, 'mirror_unreachable');
    expect(registry.requests).toHaveLength(1);
  });

  test('a manifest of another digest', async () => {
    const digest = push([images.layer(CI_KERNELS)]);
    images.blobs.set(digest, Buffer.from('{"layers":[]}'));
    await rejected(/returned a document of another digest/, 'wrong_digest', name(`@${digest}`));
  });

  test('a layer of another digest, and one that does not end', async () => {
    const layer = images.layer(CI_KERNELS);
    push([layer]);
    const bytes = Buffer.from(images.blobs.get(layer.digest) ?? '');
    bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40);
    images.blobs.set(layer.digest, bytes);
    await rejected(/is not the layer that the image names; nothing was used/, 'wrong_digest');
    registry.intercept = (_, response, path) => {
      if (!path.includes('/blobs/')) return false;
      const more = (): void => void (response.destroyed || response.write(Buffer.alloc(65_536), more));
      response.writeHead(200);
      more();
      return true;
    };
    await rejected(/has more than the \d+ bytes that it may have/, 'wrong_digest');
  });

  test.each(['breaks off', 'stalls', 'says nothing'])('a layer whose registry %s', async (how) => {
    const layer = images.layer(CI_KERNELS);
    push([layer]);
    registry.intercept = (_, response, path) => {
      if (!path.endsWith(layer.digest)) return false;
      if (how === 'says nothing') return true;
      response.writeHead(200, { 'content-length': layer.size });
      response.write(Buffer.from(images.blobs.get(layer.digest) ?? '').subarray(0, 100), () => {
        if (how === 'breaks off') response.destroy();
      });
      return true;
    };
    await rejected(how === 'breaks off' ? /blobs/ : /it stalled/, 'mirror_unreachable');
  });

  test('a document without end, and one that names more than a kernel can have', async () => {
    const { digest, mediaType } = images.layer(CI_KERNELS);
    push([{ mediaType, digest, size: 9e15 }]);
    await rejected(/more than any image of a kernel/, 'bad_package');
    registry.intercept = (_, response, path) => {
      if (!path.includes('/manifests/')) return false;
      const more = (): void => void (response.destroyed || response.write(Buffer.alloc(65_536, 32), more));
      response.writeHead(200);
      more();
      return true;
    };
    await rejected(/has more than the \d+ bytes that it may have/, 'wrong_digest');
  });

  test.each([
    ['text', 'hello', /is not JSON/],
    ['no manifest', '{"schemaVersion":1}', /is not an image manifest that can be read/],
    [
      'a digest that is a path',
      '{"layers":[{"mediaType":"x","digest":"sha256:../../x","size":1}]}',
      /layers 0 digest is not a SHA-256/,
    ],
    ['an index of itself', '', /is an index of indexes without end/],
  ])('%s', async (kind, text, words) => {
    const first = images.index([{ mediaType: 'x', digest: `sha256:${'a'.repeat(64)}`, size: 1 }]);
    const descriptor = kind === 'an index of itself' ? first : images.add(Buffer.from(text), 'x');
    registry.tags.set('lab/kernels:stable', descriptor.digest);
    if (kind === 'an index of itself') {
      // Each index names the next one: the digests are right.
      let last = images.image([images.layer(CI_KERNELS)]);
      for (let depth = 0; depth < 4; depth++) last = images.index([last]);
      registry.tags.set('lab/kernels:stable', last.digest);
    }
    await rejected(words, 'bad_package');
  });

  test('layers that are not archives, of unknown kinds, or without a kernel', async () => {
    push([images.add(Buffer.from('no archive'), 'application/vnd.oci.image.layer.v1.tar')]);
    await rejected(/not an archive that can be read/, 'bad_package');
    push([images.add(Buffer.from('x'), 'application/vnd.example.thing')]);
    await rejected(/has a layer of the kind application\/vnd\.example\.thing/, 'kernel_unusable');
    push([images.layer({ 'etc/passwd': 'x' })]);
    await rejected(/holds no kernel image \(boot\/vmlinuz/, 'kernel_unusable');
    push([images.layer({ 'boot/vmlinuz': 'arm64' })]);
    await rejected(/boot\/vmlinuz cannot be booted: it is not a kernel image/, 'kernel_unusable');
  });

  test('paths that lead out of it, and links', async () => {
    const evil = join(lab.dir, 'evil.tar');
    const python = [
      'import tarfile,io,sys',
      't=tarfile.open(sys.argv[1],"w")',
      'def f(n,d):\n i=tarfile.TarInfo(n); i.size=len(d); t.addfile(i,io.BytesIO(d))',
      'f("../../boot/vmlinuz",b"x"); f("/boot/../../boot/vmlinuz-9",b"x")',
      's=tarfile.TarInfo("boot/vmlinuz"); s.type=tarfile.SYMTYPE; s.linkname="/etc/passwd"; t.addfile(s)',
      's=tarfile.TarInfo("boot/vmlinuz-8"); s.type=tarfile.LNKTYPE; s.linkname="/etc/passwd"; t.addfile(s)',
      't.close()',
    ].join('\n');
    execFileSync('python3', ['-c', python, evil]);
    push([images.add(readFileSync(evil), 'application/vnd.oci.image.layer.v1.tar')]);
    await rejected(/is a hard link to .*, which is none of the files that are read/, 'kernel_unusable');
  });
});

describe('a layout on this machine', () => {
  const at = (): string => join(lab.dir, 'layout');
  const layoutOf = (manifests: readonly Descriptor[]): void => images.writeLayout(at(), manifests);

  test('is a directory or an archive, needs no network, and is looked at anew each time', async () => {
    layoutOf([images.image([images.layer(CI_KERNELS)])]);
    const { files } = await lab.ensure({ source: 'oci', layout: at() }, { offline: true });
    expect(files.record).toMatchObject({ release: R, vouched: { by: 'nobody' } });
    const archive = join(lab.dir, 'layout.tar');
    execFileSync('tar', ['-C', at(), '-cf', archive, '.']);
    expect((await lab.ensure({ source: 'oci', layout: archive }, { offline: true })).files.record.release).toBe(R);
    rmSync(at(), { recursive: true });
    layoutOf([images.image([images.layer({ 'boot/vmlinuz': bzImage({ release: '6.18.23' }) })])]);
    expect((await lab.ensure({ source: 'oci', layout: at() })).files.record.release).toBe('6.18.23');
  });

  test('of several images one is named', async () => {
    const named = (release: string, tag: string): Descriptor => ({
      ...images.image([images.layer({ 'boot/vmlinuz': bzImage({ release }) })]),
      annotations: { 'org.opencontainers.image.ref.name': tag },
    });
    layoutOf([named('6.18.1', 'a'), named('6.18.2', 'b')]);
    expect((await lab.ensure({ source: 'oci', layout: at(), tag: 'b' })).files.record.release).toBe('6.18.2');
    await expect(lab.ensure({ source: 'oci', layout: at() })).rejects.toThrow(
      /holds several images \(a, b\); name one with kernel\.tag/,
    );
    await expect(lab.ensure({ source: 'oci', layout: at(), tag: 'c' })).rejects.toThrow(
      /no image for the tag c; it has a, b/,
    );
  });

  test('that is none, not whole, or damaged is rejected', async () => {
    await expect(lab.ensure({ source: 'oci', layout: at() })).rejects.toThrow(
      /no such file or directory; correct kernel\.layout/,
    );
    writeFileSync(at(), 'no archive');
    await expect(lab.ensure({ source: 'oci', layout: at() })).rejects.toThrow(
      /is not a tar archive; unpack it where it is a packed one/,
    );
    writeFileSync(at(), 'x');
    execFileSync('tar', ['-C', lab.dir, '-cf', join(lab.dir, 'odd.tar'), 'layout']);
    await expect(lab.ensure({ source: 'oci', layout: join(lab.dir, 'odd.tar') })).rejects.toThrow(
      /is not an OCI layout, or not a whole one: it has no index\.json/,
    );
    rmSync(at());
    const layer = images.layer(CI_KERNELS);
    layoutOf([images.image([layer])]);
    writeFileSync(join(at(), 'blobs/sha256', layer.digest.slice(7)), 'other');
    await expect(lab.ensure({ source: 'oci', layout: at() })).rejects.toMatchObject({ code: 'wrong_digest' });
    expect(lab.left()).toEqual([]);
  });

  test('of which parts are links out of the repository is rejected', async () => {
    layoutOf([images.image([images.layer(CI_KERNELS)])]);
    const outside = join(lab.dir, 'outside');
    renameSync(join(at(), 'blobs'), outside);
    symlinkSync(outside, join(at(), 'blobs'));
    await expect(lab.ensure({ source: 'oci', layout: at() }, { top: at() })).rejects.toThrow(
      new RegExp(`layout/blobs/sha256/\\w+ is a link to ${outside}/\\S+, outside of ${at()}`),
    );
    expect((await lab.ensure({ source: 'oci', layout: at() }, { top: lab.dir })).files.record.release).toBe(R);
  });

  test('in a packed archive, which may be a disk full of nothing, is rejected', async () => {
    layoutOf([images.image([images.layer(CI_KERNELS)])]);
    const archive = join(lab.dir, 'layout.tar.gz');
    execFileSync('tar', ['-C', at(), '-czf', archive, '.']);
    await expect(lab.ensure({ source: 'oci', layout: archive })).rejects.toThrow(
      /layout\.tar\.gz is not a tar archive/,
    );
  });

  test('whose layers have another size than it says is rejected', async () => {
    const layer = images.layer(CI_KERNELS);
    layoutOf([images.image([{ ...layer, size: layer.size - 1 }])]);
    await expect(lab.ensure({ source: 'oci', layout: at() })).rejects.toMatchObject({ code: 'wrong_digest' });
  });
});
