import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createHost } from '../../../src/host/create-host.ts';
import { listKernels, pruneKernels } from '../../../src/kernels/inventory.ts';
import { type EnsuredKernel, ensureKernel } from '../../../src/kernels/supply.ts';
import type { FileKernelSource } from '../../../src/model/file-source.ts';
import type { Profile } from '../../../src/model/kernel.ts';
import { bzImage } from '../../fakes/bzimage.ts';
import { elfModule } from '../../fakes/elf-module.ts';
import { vmlinux } from '../../fakes/vmlinux.ts';

const RELEASE = '6.18.0-rc3+';
const BUILT_IN = 'CONFIG_VIRTIO=y\nCONFIG_VIRTIO_PCI=y\nCONFIG_VIRTIO_CONSOLE=y\n';

let dir: string;
const at = (...parts: string[]): string => join(dir, ...parts);
const put = (path: string, data: string | Uint8Array): string => {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), data);
  return at(path);
};
const host = () => createHost({ env: { PATH: process.env['PATH'], HOME: dir, BPFCOMPAT_CACHE_DIR: at('cache') } });
const digest = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

function profile(kernel: Omit<FileKernelSource, 'source'>, file = 'own.yaml'): Profile {
  return {
    id: 'own',
    distro: 'local',
    version: '',
    kernelFamily: '6.18',
    arch: 'x86_64',
    runner: 'vm',
    memoryMb: 512,
    cpus: 1,
    expectedBtf: undefined,
    kernel: { source: 'file', ...kernel },
    file,
  };
}

const ensure = (kernel: Omit<FileKernelSource, 'source'>): Promise<EnsuredKernel> =>
  ensureKernel(profile(kernel), { host: host(), offline: true });
const namesIn = (path: string): string[] => (existsSync(at(path)) ? readdirSync(at(path)) : []);

function putModules(below: string, release = RELEASE): void {
  const module = (name: string, depends: string): Buffer =>
    Buffer.from(elfModule({ name, depends, license: 'GPL', vermagic: `${release} SMP mod_unload` }));
  put(`${below}/kernel/virtio.ko`, module('virtio', ''));
  put(`${below}/kernel/virtio_pci.ko.gz`, gzipSync(module('virtio_pci', 'virtio')));
  put(
    `${below}/kernel/virtio_console.ko.xz`,
    execFileSync('xz', ['-c'], { input: module('virtio_console', 'virtio') }),
  );
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'bpfcompat-file-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('what is found beside the files of a repository', () => {
  const top = (): string => at('repository');
  const request = (kernel: Omit<FileKernelSource, 'source'>) =>
    ensureKernel({ ...profile(kernel), top: top() }, { host: host(), offline: true });
  const secret = (): string => put('outside/secret', 'CONFIG_SECRET=y\n');
  const link = (target: string, path: string): void => {
    mkdirSync(dirname(at('repository', path)), { recursive: true });
    symlinkSync(target, at('repository', path));
  };
  const outside = (path: string) => ({
    code: 'kernel_unusable',
    message: expect.stringContaining(`${at('repository', path)} is a link to ${at('outside')}`),
  });

  test('is not a configuration elsewhere', async () => {
    const image = put('repository/bzImage', bzImage({ release: RELEASE }));
    link(secret(), `config-${RELEASE}`);
    await expect(request({ image })).rejects.toMatchObject(outside(`config-${RELEASE}`));
    expect(namesIn('cache/blobs/sha256')).toEqual([]);
  });

  test('is not an image, and no tree, elsewhere', async () => {
    put('outside/arch/x86/boot/bzImage', bzImage({ release: RELEASE }));
    link(at('outside/arch'), 'linux/arch');
    await expect(request({ image: at('repository/linux') })).rejects.toMatchObject({
      code: 'kernel_unusable',
      message: expect.stringContaining(`is a link to ${at('outside/arch/x86/boot/bzImage')}, outside of ${top()}`),
    });
  });

  test('are not modules elsewhere', async () => {
    const image = put('repository/bzImage', bzImage({ release: RELEASE }));
    putModules(`outside/modules/${RELEASE}`);
    link(at('outside'), 'tree/lib');
    await expect(request({ image, modules: at('repository/tree') })).rejects.toMatchObject(
      outside(`tree/lib/modules/${RELEASE}`),
    );
  });

  test('may be a link within it, and anything where the kernel itself is not of it', async () => {
    const image = put('repository/bzImage', bzImage({ release: RELEASE }));
    put('repository/the.config', BUILT_IN);
    link('the.config', `config-${RELEASE}`);
    expect(readFileSync((await request({ image })).files.config ?? '', 'utf8')).toBe(BUILT_IN);
    const other = put('mine/bzImage', bzImage({ release: RELEASE }));
    put('elsewhere/config', BUILT_IN);
    symlinkSync(at('elsewhere/config'), at(`mine/config-${RELEASE}`));
    expect(readFileSync((await request({ image: other })).files.config ?? '', 'utf8')).toBe(BUILT_IN);
  });
});

test('a head that names a place far behind the end of the file', async () => {
  const bytes = Buffer.from(bzImage({ release: RELEASE }));
  bytes.writeUInt32LE(0xfffffff0, 0x248);
  bytes.writeUInt32LE(1000, 0x24c);
  const { files } = await ensure({ image: put('bzImage', bytes) });
  expect(files.record.config).toBeNull();
});

describe('an image', () => {
  test('is stored with its digest, vouched for by no one, offline too; the file stays where it is', async () => {
    const path = put('bzImage', bzImage({ release: RELEASE }));
    const { files, cached } = await ensure({ image: path });
    expect(cached).toBe(true);
    expect(files.record).toMatchObject({
      release: RELEASE,
      vouched: { by: 'nobody', file: 'own.yaml' },
      package: { name: 'bzImage', version: RELEASE, archive: path, suite: '', files: [{ sha256: digest(path) }] },
      config: null,
      modules: [],
    });
    expect(readFileSync(files.vmlinuz)).toEqual(readFileSync(path));
    expect(namesIn('cache/tmp')).toEqual([]);
  });

  test('is looked at anew each time: a build has replaced it', async () => {
    const path = put('bzImage', bzImage({ release: '6.18.0-rc3' }));
    expect((await ensure({ image: path })).files.record.release).toBe('6.18.0-rc3');
    put('bzImage', bzImage({ release: '6.18.0-rc4' }));
    expect((await ensure({ image: path })).files.record.release).toBe('6.18.0-rc4');
    expect(namesIn('cache/kernels')).toHaveLength(1);
  });

  test('is that of a tree that was built, with its configuration', async () => {
    put('linux/arch/x86/boot/bzImage', bzImage({ release: RELEASE }));
    put('linux/.config', BUILT_IN);
    const { files } = await ensure({ image: at('linux') });
    expect(files.record.package.archive).toBe(at('linux/arch/x86/boot/bzImage'));
    expect(readFileSync(files.config ?? '', 'utf8')).toBe(BUILT_IN);
  });

  test('is the vmlinux of a tree without a bzImage, with its configuration', async () => {
    put('linux/vmlinux', vmlinux({ banner: `Linux version ${RELEASE} (me@here)` }));
    put('linux/.config', BUILT_IN);
    const { files } = await ensure({ image: at('linux') });
    expect(files.record).toMatchObject({ release: RELEASE, package: { archive: at('linux/vmlinux') } });
    expect(readFileSync(files.config ?? '', 'utf8')).toBe(BUILT_IN);
  });

  test('is held against the digest of the profile', async () => {
    const path = put('bzImage', bzImage());
    const good = await ensure({ image: path, sha256: digest(path).toUpperCase() });
    expect(good.files.record.vouched.by).toBe('pin');
    put('bzImage', bzImage({ release: '6.18.0-rc4' }));
    await expect(ensure({ image: path, sha256: digest(good.files.vmlinuz) })).rejects.toMatchObject({
      code: 'wrong_digest',
      message: expect.stringMatching(
        /bzImage has the SHA-256 [0-9a-f]{64}, and the profile says .*correct kernel\.sha256/,
      ),
    });
  });

  test.each([
    ['text', /not a kernel image; name the bzImage/],
    ['', /it is empty/],
  ])('that is none (%j) leaves nothing behind', async (text, words) => {
    const path = put('notes', text);
    await expect(ensure({ image: path })).rejects.toMatchObject({
      code: 'kernel_unusable',
      message: expect.stringMatching(words),
    });
    await expect(ensure({ image: path })).rejects.toThrow(`${path} cannot be booted`);
    expect([namesIn('cache/tmp'), namesIn('cache/kernels'), namesIn('cache/blobs/sha256')]).toEqual([[], [], []]);
  });

  test('that is not there, a directory without one, and a pipe', async () => {
    await expect(ensure({ image: at('none') })).rejects.toThrow(/no such file; correct the path/);
    await expect(ensure({ image: dir })).rejects.toThrow(/a directory without arch\/x86\/boot\/bzImage/);
    execFileSync('mkfifo', [at('pipe')]);
    await expect(ensure({ image: at('pipe') })).rejects.toThrow(/a pipe, a socket or a device/);
  });
});

describe('its configuration', () => {
  test('lies beside it, is named, or is in the image', async () => {
    const path = put(`vmlinuz-${RELEASE}`, bzImage({ release: RELEASE }));
    put(`config-${RELEASE}`, BUILT_IN);
    const text = async (kernel: Omit<FileKernelSource, 'source'>): Promise<string> =>
      readFileSync((await ensure(kernel)).files.config ?? '', 'utf8');
    expect(await text({ image: path })).toBe(BUILT_IN);
    expect(await text({ image: path, config: put('mine', `${BUILT_IN}# mine\n`) })).toContain('# mine');
    await expect(ensure({ image: path, config: at('none') })).rejects.toThrow(
      /none: there is no such file; name the \.config/,
    );
  });

  test.each([
    ['gzip', (data: Buffer) => gzipSync(data)],
    // The kernel's own packers put four bytes with the size behind it.
    ['xz', (data: Buffer) => Buffer.concat([execFileSync('xz', ['-c'], { input: data }), Buffer.alloc(4, 7)])],
    ['zstd', (data: Buffer) => Buffer.concat([execFileSync('zstd', ['-qc'], { input: data }), Buffer.alloc(4, 7)])],
  ])('comes out of a kernel that is packed with %s (CONFIG_IKCONFIG)', async (_, pack) => {
    // The mark begins at the end of one piece of a pipe.
    const padding = Buffer.alloc(65_533, 'x');
    const marked = Buffer.concat([Buffer.from('IKCFG_ST'), gzipSync(BUILT_IN), Buffer.from('IKCFG_ED'), padding]);
    const path = put('bzImage', bzImage({ release: RELEASE, payload: pack(Buffer.concat([padding, marked])) }));
    const { files } = await ensure({ image: path });
    expect(readFileSync(files.config ?? '', 'utf8')).toBe(BUILT_IN);
  });

  test('is none where the kernel has none, or what is in it is damaged', async () => {
    const damaged = Buffer.concat([Buffer.from('IKCFG_STnothing packed'), Buffer.from('IKCFG_ED')]);
    for (const [name, payload] of [
      ['a', gzipSync(Buffer.alloc(99))],
      ['b', gzipSync(damaged)],
      ['c', Buffer.alloc(64)],
    ] as const) {
      const { files } = await ensure({ image: put(name, bzImage({ payload })) });
      expect(files.config).toBeUndefined();
    }
  });
});

describe('its modules', () => {
  test.each(['', `lib/modules/${RELEASE}`, `usr/lib/modules/${RELEASE}`, RELEASE])('are found in %j', async (below) => {
    putModules(join('mods', below));
    const path = put('bzImage', bzImage({ release: RELEASE }));
    put(`config-${RELEASE}`, BUILT_IN.replaceAll('=y', '=m'));
    const { files } = await ensure({ image: path, modules: at('mods') });
    expect(files.record.modules.map(({ name }) => name)).toEqual(['virtio', 'virtio_pci', 'virtio_console']);
  });

  test('are found where lib is a link', async () => {
    putModules(`root/usr/lib/modules/${RELEASE}`);
    symlinkSync('usr/lib', at('root/lib'));
    const { files } = await ensure({ image: put('bzImage', bzImage({ release: RELEASE })), modules: at('root') });
    expect(files.record.modules).toHaveLength(3);
  });

  test('that become large as they are unpacked do not fill the disk', async () => {
    const path = put('bzImage', bzImage({ release: RELEASE }));
    const padding = gzipSync(Buffer.alloc(31 * 1024 * 1024), { level: 1 });
    const last = 9;
    for (let nth = 0; nth <= last; nth++) {
      const name = nth === 0 ? 'virtio_pci' : nth === last ? 'virtio_console' : `m${nth}`;
      const depends = nth === last ? '' : nth + 1 === last ? 'virtio_console' : `m${nth + 1}`;
      put(`mods/${name}.ko.gz`, Buffer.concat([gzipSync(elfModule({ name, depends })), padding]));
    }
    await expect(ensure({ image: path, modules: at('mods') })).rejects.toThrow(
      /modules that a guest loads at boot have more than 268\.4 MB; strip them/,
    );
    expect(namesIn('cache/tmp')).toEqual([]);
  });

  test('that are needed and not there are named, with what to do', async () => {
    const path = put('bzImage', bzImage({ release: RELEASE }));
    put(`config-${RELEASE}`, BUILT_IN.replace('PCI=y', 'PCI=m'));
    await expect(ensure({ image: path })).rejects.toThrow(
      new RegExp(`no module virtio_pci .*name the directory with the modules of ${path} \\(--kernel FILE,modules=DIR`),
    );
    mkdirSync(at('empty'));
    await expect(ensure({ image: path, modules: at('empty') })).rejects.toThrow(
      /empty holds no modules; name the directory/,
    );
    await expect(ensure({ image: path, modules: at('none') })).rejects.toThrow(/none: there is no such directory/);
    expect(namesIn('cache/kernels')).toEqual([]);
  });

  test('of another build are rejected: the kernel would', async () => {
    const path = put('bzImage', bzImage({ release: RELEASE }));
    putModules('installed/lib/modules/6.1.0');
    await expect(ensure({ image: path, modules: at('installed') })).rejects.toThrow(
      `${at('installed')} has modules of kernel 6.1.0, and the kernel is ${RELEASE}`,
    );
    putModules('tree', '6.17.0');
    await expect(ensure({ image: path, modules: at('tree') })).rejects.toThrow(
      /the module virtio_pci \(.*\) is of kernel 6\.17\.0, and the kernel is 6\.18\.0-rc3\+/,
    );
  });
});

test('a copy of what was typed for one run goes with every clean-up, that of a profile stays', async () => {
  const path = put('bzImage', bzImage());
  await ensure({ image: path });
  cpSync(path, at('other'));
  await ensureKernel({ ...profile({ image: at('other') }, '--kernel other'), id: 'typed' }, { host: host() });
  expect((await listKernels(host())).kernels).toHaveLength(2);
  expect((await pruneKernels(host())).removedKernels).toEqual(['typed']);
  expect((await listKernels(host())).kernels.map(({ record }) => record.profile)).toEqual(['own']);
});
