import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FakeDeb, FakeKey } from './deb-archive.ts';
import { elfModule } from './elf-module.ts';

const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' };

function tool(command: string, args: readonly string[], cwd: string, extra: Record<string, string> = {}): Buffer {
  return execFileSync(command, args, { cwd, env: { ...env, ...extra }, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Path of a package below the archive's root. The pool is by suite, so that each has an index of its own. */
export function ubuntuPath(suite: string, { name, version }: Pick<FakeDeb, 'name' | 'version'>): string {
  return `pool/${suite}/main/l/linux/${name}_${version}_amd64.deb`;
}

function buildDeb(root: string, suite: string, deb: FakeDeb): void {
  const tree = join(root, 'tree');
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
  const control = [
    `Package: ${deb.name}`,
    `Version: ${deb.version}`,
    'Architecture: amd64',
    'Maintainer: Test <test@example.org>',
    ...(deb.depends === undefined ? [] : [`Depends: ${deb.depends}`]),
    'Description: a test',
  ];
  writeFileSync(join(tree, 'DEBIAN', 'control'), `${control.join('\n')}\n`);
  for (const [path, content] of Object.entries(deb.files ?? {})) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), content);
  }
  const target = join(root, ubuntuPath(suite, deb));
  mkdirSync(dirname(target), { recursive: true });
  tool('dpkg-deb', ['--root-owner-group', '-Zzstd', '-z3', '--build', tree, target], root);
  rmSync(tree, { recursive: true, force: true });
}

/** Writes the index of a suite as Ubuntu has it, and signs it. `header`: further lines of the release file. */
export function signUbuntu(
  root: string,
  suite: string,
  key: FakeKey,
  { header = [], gpg = [] }: { readonly header?: readonly string[]; readonly gpg?: readonly string[] } = {},
): void {
  const dist = `dists/${suite}`;
  const fields = [
    'Origin=Ubuntu',
    'Label=Ubuntu',
    `Suite=${suite}`,
    `Codename=${suite.split('-')[0]}`,
    'Components=main',
  ];
  const options = [...fields, 'Architectures=amd64 arm64'].flatMap((field) => [
    '-o',
    `APT::FTPArchive::Release::${field}`,
  ]);
  for (const name of ['Release', 'InRelease']) rmSync(join(root, dist, name), { force: true });
  const release = tool('apt-ftparchive', [...options, 'release', dist], root);
  writeFileSync(join(root, dist, 'Release'), [...header.map((line) => `${line}\n`), release].join(''));
  const out = join(root, dist, 'InRelease');
  const args = [
    '--batch',
    ...gpg,
    '--digest-algo',
    'SHA512',
    '--output',
    out,
    '--clearsign',
    join(root, dist, 'Release'),
  ];
  tool('gpg', args, root, { GNUPGHOME: key.home });
}

/** Writes a signed suite with packed lists. A second call replaces it. Needs dpkg-deb with zstd, gpg and apt-utils. */
export function makeUbuntu(root: string, suite: string, debs: readonly FakeDeb[], key: FakeKey): void {
  const dir = join(root, 'dists', suite, 'main/binary-amd64');
  mkdirSync(dir, { recursive: true });
  mkdirSync(join(root, 'pool', suite), { recursive: true });
  for (const deb of debs) buildDeb(root, suite, deb);
  for (const { unlisted, ...deb } of debs) if (unlisted) rmSync(join(root, ubuntuPath(suite, deb)));
  writeFileSync(join(dir, 'Packages'), tool('apt-ftparchive', ['packages', `pool/${suite}`], root));
  tool('xz', ['-kf', join(dir, 'Packages')], root);
  signUbuntu(root, suite, key);
}

/** What the two packages of an Ubuntu kernel hold. */
export interface UbuntuKernel {
  /** `uname -r`, and the end of the packages' names. */
  readonly release: string;
  readonly version: string;
  readonly vmlinuz: string | Uint8Array;
  readonly config: string | Uint8Array;
  /** Lines of modules.builtin. */
  readonly builtin: readonly string[];
  /** Bytes by module name, not packed. */
  readonly modules: ReadonlyMap<string, Uint8Array>;
}

/** The two packages of a kernel: the image alone, and the configuration with `.ko.zst` modules. */
export function ubuntuPackages({ release, version, vmlinuz, config, builtin, modules }: UbuntuKernel): FakeDeb[] {
  const dir = `lib/modules/${release}`;
  const packed = [...modules].map(([name, bytes]) => [
    `${dir}/kernel/drivers/${name}.ko.zst`,
    execFileSync('zstd', ['-q', '-c'], { input: bytes }),
  ]);
  return [
    {
      name: `linux-image-${release}`,
      version,
      depends: `kmod, linux-base (>= 4.5ubuntu1~16.04.1), linux-modules-${release}`,
      files: { [`boot/vmlinuz-${release}`]: vmlinuz },
    },
    {
      name: `linux-modules-${release}`,
      version,
      files: {
        [`boot/config-${release}`]: config,
        [`boot/System.map-${release}`]: 'ffffffff81000000 T _text\n',
        [`${dir}/modules.builtin`]: builtin.map((line) => `${line}\n`).join(''),
        ...Object.fromEntries(packed),
      },
    },
  ];
}

/** A kernel that never boots, for what is done before that. */
export function fakeUbuntuKernel(release: string, version: string): FakeDeb[] {
  const module = (name: string): [string, Uint8Array] => [name, elfModule({ name, depends: '', license: 'GPL' })];
  return ubuntuPackages({
    release,
    version,
    vmlinuz: `kernel ${release} ${version}`.repeat(100),
    config: `CONFIG_TEST=y # ${release}\n`,
    builtin: ['kernel/drivers/char/virtio_console.ko', 'kernel/drivers/virtio/virtio_pci.ko'],
    modules: new Map([module('dummy'), module('veth')]),
  });
}
