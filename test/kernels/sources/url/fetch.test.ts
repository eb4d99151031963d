import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { nameIn, readChecksums } from '../../../../src/kernels/sources/url/checksums.ts';
import type { UrlKernelSource } from '../../../../src/model/url-source.ts';
import { bzImage } from '../../../fakes/bzimage.ts';
import { elfModule } from '../../../fakes/elf-module.ts';
import { type FileServer, serveFiles } from '../../../fakes/file-server.ts';
import { tarOf } from '../../../fakes/registry.ts';
import { makeVendorKeys, type VendorKeys } from '../../../fakes/rpm-lab.ts';
import type { VendorKey } from '../../../fakes/rpm-repository.ts';
import { openSourceLab, type SourceLab } from '../../../fakes/source-lab.ts';

const R = '6.18.0-061800-generic';
const BUILT_IN = 'CONFIG_VIRTIO=y\nCONFIG_VIRTIO_PCI=y\nCONFIG_VIRTIO_CONSOLE=y\n';
const MODULE = elfModule({ name: 'dummy', depends: '', vermagic: `${R} SMP` });
const IMAGE = bzImage({ release: R });

let keys: VendorKeys;
let www: string;
let server: FileServer;
let lab: SourceLab;
beforeAll(() => {
  keys = makeVendorKeys();
}, 120_000);
afterAll(() => keys.drop());
beforeEach(async () => {
  www = mkdtempSync(join(tmpdir(), 'bpfcompat-www-'));
  server = await serveFiles(www);
  lab = openSourceLab();
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  lab[Symbol.dispose]();
  rmSync(www, { recursive: true, force: true });
});

function put(path: string, data: Uint8Array | string): string {
  mkdirSync(dirname(join(www, path)), { recursive: true });
  writeFileSync(join(www, path), data);
  return `${server.url}/${path}`;
}
function sign(
  path: string,
  to: string,
  key: VendorKey,
  how: '--detach-sign' | '--clearsign' = '--detach-sign',
): string {
  const args = ['--batch', '--yes', ...key.clock, how, '--output', join(www, to), join(www, path)];
  execFileSync('gpg', args, { env: { PATH: process.env['PATH'], GNUPGHOME: key.home }, stdio: 'ignore' });
  return `${server.url}/${to}`;
}
const digest = (data: Uint8Array | string, algorithm = 'sha256'): string =>
  createHash(algorithm).update(data).digest('hex');
const ensure = (kernel: Omit<UrlKernelSource, 'source'>) => lab.ensure({ source: 'url', ...kernel });

async function rejected(kernel: Omit<UrlKernelSource, 'source'>, code: string, words: RegExp): Promise<void> {
  await expect(ensure(kernel)).rejects.toMatchObject({ code, message: expect.stringMatching(words) });
  expect(lab.left()).toEqual([]);
}

/** A package as dpkg-deb makes it. */
function deb(name: string, files: Readonly<Record<string, Uint8Array | string>>): Buffer {
  const root = mkdtempSync(join(tmpdir(), 'bpfcompat-deb-'));
  for (const [path, data] of Object.entries({
    ...files,
    'DEBIAN/control': `Package: ${name}\nVersion: 1\nArchitecture: amd64\nMaintainer: x <x@x>\nDescription: x\n`,
  })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), data);
  }
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', root, `${root}.deb`], { stdio: 'ignore' });
  const bytes = readFileSync(`${root}.deb`);
  for (const path of [root, `${root}.deb`]) rmSync(path, { recursive: true });
  return bytes;
}

const BUILD = '6.18.0-061800.202601010101_amd64.deb';
/** As kernel.ubuntu.com has its mainline builds: packages, CHECKSUMS with several algorithms, and CHECKSUMS.gpg. */
function mainline(key = keys.good): Pick<UrlKernelSource, 'checksums' | 'signature' | 'gpgkey' | 'packages'> {
  const debs: Readonly<Record<string, Buffer>> = {
    [`linux-image-unsigned-${R}_${BUILD}`]: deb('image', { [`boot/vmlinuz-${R}`]: IMAGE }),
    [`linux-modules-${R}_${BUILD}`]: deb('modules', {
      [`boot/config-${R}`]: BUILT_IN,
      [`lib/modules/${R}/kernel/dummy.ko`]: MODULE,
      [`lib/modules/${R}/modules.builtin`]: 'kernel/virtio_pci.ko\nkernel/virtio_console.ko\n',
    }),
    [`linux-headers-${R}_${BUILD}`]: Buffer.from('x'),
  };
  for (const [name, bytes] of Object.entries(debs)) put(`v6.18/amd64/${name}`, bytes);
  const lines = (algorithm: string): string =>
    Object.entries(debs)
      .map(([name, bytes]) => `${digest(bytes, algorithm)}  ${name}\n`)
      .join('');
  const text = `Checksums-Sha1:\n${lines('sha1')}\nChecksums-Sha256:\n${lines('sha256')}`;
  const checksums = put('v6.18/amd64/CHECKSUMS', text);
  const signature = sign('v6.18/amd64/CHECKSUMS', 'v6.18/amd64/CHECKSUMS.gpg', key);
  const packages = ['linux-image-unsigned-*-generic_*_amd64.deb', 'linux-modules-*-generic_*_amd64.deb'];
  return { checksums, signature, packages, gpgkey: [keys.good.file] };
}

test('a pattern of many stars comes to an end', () => {
  const checksums = readChecksums(`${'0'.repeat(64)}  l${'a'.repeat(150)}.iso\n`);
  const list = { url: 'https://mirror.example/CHECKSUMS', checksums, signer: '' };
  expect(() => nameIn(list, 'l********x.deb')).toThrow(/names no single file/);
});

describe('packages beside signed checksums (Ubuntu mainline)', () => {
  test('are found by pattern, verified and unpacked', async () => {
    const { files } = await ensure(mainline());
    expect(files.record).toMatchObject({ release: R, vouched: { by: 'signature' } });
    expect(files.record.package.files.map(({ name, signer }) => [name, signer?.length])).toEqual([
      [`linux-image-unsigned-${R}_${BUILD}`, 40],
      [`linux-modules-${R}_${BUILD}`, 40],
    ]);
    expect(files.record.modules.map(({ name }) => name)).toEqual(['dummy']);
    expect(readFileSync(files.config ?? '', 'utf8')).toBe(BUILT_IN);
  });

  test('nothing is stored of a wrong key, an expired one, a changed list or a changed package', async () => {
    await rejected(
      mainline(keys.other),
      'bad_signature',
      /CHECKSUMS: it is signed by the key [0-9A-F]+, which is not among/,
    );
    await rejected(
      { ...mainline(keys.expired), gpgkey: [keys.expired.file] },
      'bad_signature',
      /has expired in the copy used here/,
    );
    const good = mainline();
    put('v6.18/amd64/CHECKSUMS', `${'0'.repeat(64)}  linux-image-unsigned-${R}_${BUILD}\n`);
    await rejected(good, 'bad_signature', /its signature does not fit its bytes/);
    mainline();
    put(`v6.18/amd64/linux-modules-${R}_${BUILD}`, 'other');
    await rejected(good, 'wrong_digest', /linux-modules-.* is not the file that its digest names/);
  });

  test('a pattern that fits nothing or too much reports what there is', async () => {
    const good = mainline();
    await rejected(
      { ...good, packages: ['linux-image-*-lowlatency_*.deb'] },
      'package_not_found',
      /names no single file; there is linux-image-unsigned-/,
    );
    await rejected(
      { ...good, packages: ['linux-*.deb'] },
      'package_not_found',
      /it fits linux-image-unsigned-.*, linux-modules-/,
    );
  });
});

describe('an image', () => {
  test('with a detached signature (Flatcar .sig)', async () => {
    const image = put('flatcar_production_pxe.vmlinuz', IMAGE);
    const signature = sign('flatcar_production_pxe.vmlinuz', 'flatcar_production_pxe.vmlinuz.sig', keys.good);
    const { files } = await ensure({ image, signature, gpgkey: [keys.good.file] });
    expect(files.record).toMatchObject({
      release: R,
      vouched: { by: 'signature' },
      package: { name: 'flatcar_production_pxe.vmlinuz', version: R, archive: image },
    });
    expect(files.record.package.files[0]?.signer).toMatch(/^[0-9A-F]{40}$/);
  });

  test('with digests that are signed in themselves (Flatcar .DIGESTS.asc); what stands around them does not count', async () => {
    const image = put('pxe.vmlinuz', IMAGE);
    put(
      'D',
      `# SHA1 HASH\n${digest(IMAGE, 'sha1')}  pxe.vmlinuz\n# SHA512 HASH\n${digest(IMAGE, 'sha512')}  pxe.vmlinuz\n`,
    );
    const checksums = sign('D', 'pxe.DIGESTS.asc', keys.good, '--clearsign');
    const kernel = { image, checksums, gpgkey: [keys.good.file] };
    expect((await ensure(kernel)).files.record.release).toBe(R);
    const bad = bzImage({ release: '6.18.0-bad' });
    put('pxe.vmlinuz', bad);
    const signed = readFileSync(join(www, 'pxe.DIGESTS.asc'), 'utf8');
    put('pxe.DIGESTS.asc', `${digest(bad)}  pxe.vmlinuz\n${signed}`);
    await expect(lab.ensure({ source: 'url', ...kernel }, { refresh: true })).rejects.toMatchObject({
      code: 'wrong_digest',
    });
  });

  test('with its modules and its configuration', async () => {
    const tar = tarOf({ [`lib/modules/${R}/kernel/dummy.ko`]: MODULE, 'etc/x': 'x' });
    const files = { vmlinuz: IMAGE, 'modules.tar.gz': execFileSync('gzip', ['-c'], { input: tar }), config: BUILT_IN };
    for (const [name, data] of Object.entries(files)) put(name, data);
    put(
      'SHA256SUMS',
      Object.entries(files)
        .map(([name, data]) => `${digest(data)} *./${name}\n`)
        .join(''),
    );
    const checksums = sign('SHA256SUMS', 'SHA256SUMS.asc', keys.good, '--clearsign');
    const at = (name: string): string => `${server.url}/${name}`;
    const kernel = {
      image: at('vmlinuz'),
      modules: at('modules.tar.gz'),
      config: at('config'),
      checksums,
      gpgkey: [keys.good.file],
    };
    const { record } = (await ensure(kernel)).files;
    expect(record.modules.map(({ name }) => name)).toEqual(['dummy']);
    expect(record.package.files.map(({ name }) => name)).toEqual(['vmlinuz', 'config', 'modules.tar.gz']);
  });

  test('with a digest in the profile; another one, and what is not a kernel, are rejected', async () => {
    const image = put('bzImage', IMAGE);
    const { files } = await ensure({ image, sha256: digest(IMAGE).toUpperCase() });
    expect(files.record.vouched.by).toBe('pin');
    lab[Symbol.dispose]();
    lab = openSourceLab();
    await rejected({ image, sha256: 'a'.repeat(64) }, 'wrong_digest', /bzImage is not the file that its digest names/);
    put('vmlinux', '\x7fELF');
    const elf = { image: `${server.url}/vmlinux`, sha256: digest('\x7fELF') };
    await rejected(elf, 'kernel_unusable', /vmlinux cannot be booted: it is an ELF file/);
  });

  test('of a server that lacks it, breaks off, or does not respond', async () => {
    const image = put('bzImage', IMAGE);
    const kernel = { image, sha256: digest(IMAGE) };
    await rejected(
      { ...kernel, image: `${server.url}/none` },
      'package_not_found',
      /none returned status 404; correct the address/,
    );
    let requests = 0;
    server.intercept = (_, response) => {
      requests++;
      response.writeHead(200, { 'content-length': IMAGE.length });
      response.write(IMAGE.subarray(0, 100), () => response.destroy());
      return true;
    };
    await rejected(kernel, 'mirror_unreachable', /bzImage: /);
    expect(requests).toBe(2);
    await server[Symbol.asyncDispose]();
    await rejected(kernel, 'mirror_unreachable', /ECONNREFUSED/);
    server = await serveFiles(www);
  });

  test('of a server that stalls, sends more than any image has, or a list without end', async () => {
    const kernel = { image: put('bzImage', IMAGE), sha256: digest(IMAGE) };
    server.intercept = (_, response) => {
      response.writeHead(200, { 'content-length': IMAGE.length });
      response.write(IMAGE.subarray(0, 100));
      return true;
    };
    await rejected(kernel, 'mirror_unreachable', /it stalled/);
    server.intercept = (_, response) => {
      response.writeHead(200, { 'content-length': 9e12 });
      response.write(IMAGE);
      return true;
    };
    await rejected(kernel, 'wrong_digest', /may have/);
    const { image } = kernel;
    server.intercept = (path, response) => {
      if (!path.endsWith('SUMS')) return false;
      const more = (): void => void (response.destroyed || response.write(Buffer.alloc(65_536, 97), more));
      response.writeHead(200);
      more();
      return true;
    };
    const listed = { image, checksums: `${server.url}/SUMS`, signature: `${server.url}/SUMS.gpg` };
    await rejected({ ...listed, gpgkey: [keys.good.file] }, 'wrong_digest', /may have/);
  });

  test('that another one replaced after it was signed is rejected', async () => {
    const image = put('vmlinuz', IMAGE);
    const signature = sign('vmlinuz', 'vmlinuz.sig', keys.good);
    put('vmlinuz', bzImage({ release: R, payload: Buffer.from('other') }));
    const kernel = { image, signature, gpgkey: [keys.good.file] };
    await rejected(kernel, 'bad_signature', /its signature does not fit its bytes/);
    put('vmlinuz.sig', 'no signature');
    await rejected(kernel, 'bad_signature', /vmlinuz/);
  });

  test('by way of another host', async () => {
    put('real/bzImage', IMAGE);
    await using other = await serveFiles(www);
    server.intercept = (_, response) => {
      response.writeHead(302, { location: `${other.url}/real/bzImage` }).end();
      return true;
    };
    const { files } = await ensure({ image: `${server.url}/bzImage`, sha256: digest(IMAGE) });
    expect(files.record.release).toBe(R);
  });
});

test('a key that does not come along is named with its fingerprint and its place', async () => {
  const image = put('bzImage', IMAGE);
  const signature = sign('bzImage', 'bzImage.sig', keys.good);
  const kernel = { image, signature, gpgkey: ['Ubuntu_Mainline_Signing_Key.asc'] };
  await rejected(
    kernel,
    'keyring_missing',
    /Ubuntu_Mainline_Signing_Key\.asc does not come with bpfcompat; .*60AA7B6F30434AE68E569963E50C6A0917C622B0.*BPFCOMPAT_RPM_KEYS/,
  );
  // Another key under its name signs nothing.
  lab[Symbol.dispose]();
  lab = openSourceLab({ BPFCOMPAT_RPM_KEYS: join(www, 'keys') });
  put('keys/Ubuntu_Mainline_Signing_Key.asc', readFileSync(keys.good.file));
  await rejected(kernel, 'bad_signature', /signed by the key [0-9A-F]{40}, which is not among/);
});

test('readChecksums: SHA-256 before SHA-512, names without directories, nothing weaker', () => {
  const [short, long] = ['a'.repeat(64), 'B'.repeat(128)];
  const text = `Checksums-Sha256:\n${short}  amd64/one.deb\n${long} *one.deb\n${long}  two\r\n${'c'.repeat(40)}  three\n${short}x  four\n`;
  expect([...readChecksums(text)]).toEqual([
    ['one.deb', { algorithm: 'sha256', hex: short }],
    ['two', { algorithm: 'sha512', hex: 'b'.repeat(128) }],
  ]);
});
