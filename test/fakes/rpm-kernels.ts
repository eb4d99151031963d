import { execFileSync } from 'node:child_process';
import { elfModule } from './elf-module.ts';
import type { FakeRpm } from './rpm-repository.ts';

const PACKERS: Readonly<Record<string, readonly string[]>> = {
  '.xz': ['xz', '-c'],
  '.zst': ['zstd', '-qc'],
  '': ['cat'],
};

function moduleFiles(dir: string, suffix: '' | '.xz' | '.zst'): Record<string, Uint8Array> {
  const [command = '', ...args] = PACKERS[suffix] ?? [];
  const module = (path: string, depends: string): [string, Uint8Array] => {
    const name = path.split('/').at(-1) ?? '';
    const input = elfModule({ name, depends, license: 'GPL' });
    return [`${dir}/kernel/drivers/${path}.ko${suffix}`, execFileSync(command, args, { input })];
  };
  return Object.fromEntries([
    module('virtio/virtio', 'virtio_ring'),
    module('virtio/virtio_ring', ''),
    module('virtio/virtio_pci', 'virtio,virtio_ring'),
    module('char/virtio_console', 'virtio,virtio_ring'),
    module('net/dummy', ''),
  ]);
}

/** Modules that a guest of one of these kernels loads, in order. */
export const LOADED = ['virtio_ring', 'virtio', 'virtio_pci', 'virtio_console', 'dummy'];

function image(release: string): string {
  return `kernel ${release}\n`.repeat(200);
}

/** EL9 from 9.2 on, EL10, Fedora: image and configuration in one package, the modules in another of the same build. */
export function el9Kernel(version: string, release: string, payload?: FakeRpm['payload']): FakeRpm[] {
  const uname = `${version}-${release}.x86_64`;
  const dir = `lib/modules/${uname}`;
  const build = { version, release, ...(payload && { payload }) };
  const core = {
    [`${dir}/vmlinuz`]: image(uname),
    [`${dir}/config`]: `CONFIG_TEST=y # ${uname}\n`,
    [`${dir}/System.map`]: 'ffffffff81000000 T _text\n',
    [`${dir}/modules.builtin`]: 'kernel/drivers/net/veth.ko\n',
  };
  return [
    { name: 'kernel-core', ...build, files: core, links: { [`${dir}/build`]: `/usr/src/kernels/${uname}` } },
    { name: 'kernel-modules-core', ...build, files: moduleFiles(dir, '.xz') },
  ];
}

/** EL8 and Fedora until 37: all that a boot needs in one package, the image where its modules are. */
export function el8Kernel(version: string, release: string): FakeRpm[] {
  const [core, modules] = el9Kernel(version, release, 'w6.xzdio');
  if (core === undefined || modules === undefined) throw new TypeError('two packages were made');
  return [{ ...core, files: { ...core.files, ...modules.files } }];
}

/** Oracle's UEK 8: as EL9, under other names. */
export function uek8Kernel(version: string, release: string): FakeRpm[] {
  const named = el9Kernel(version, release, 'w3.zstdio');
  return named.map((one) => ({ ...one, name: one.name.replace('kernel-', 'kernel-uek-') }));
}

/** Azure Linux 3: everything in one package, the image in `boot` and a link to it beside the modules. */
export function azureKernel(version: string, release: string): FakeRpm {
  const uname = `${version}-${release}.x86_64`;
  return { ...amazonKernel(version, release), links: { [`lib/modules/${uname}/vmlinuz`]: `/boot/vmlinuz-${uname}` } };
}

/** SUSE: everything in one package, image and configuration in `boot`, its release is not the package's. */
export function suseKernel(version: string, release: string): FakeRpm {
  const uname = `${version}-${release.replace(/\.\d+$/, '')}-default`;
  const dir = `usr/lib/modules/${uname}`;
  return {
    name: 'kernel-default',
    version,
    release,
    payload: 'w3.zstdio',
    files: {
      [`boot/vmlinuz-${uname}`]: image(uname),
      [`boot/config-${uname}`]: `CONFIG_TEST=y # ${uname}\n`,
      [`boot/System.map-${uname}`]: 'ffffffff81000000 T _text\n',
      [`${dir}/modules.builtin`]: '',
      ...moduleFiles(dir, '.zst'),
    },
    links: { 'boot/vmlinuz': `vmlinuz-${uname}` },
  };
}

/** Amazon Linux: one package, modules that are not packed; the image in `boot`, of 2023 beside the modules. */
export function amazonKernel(version: string, release: string, at: 'boot' | 'lib/modules' = 'boot'): FakeRpm {
  const uname = `${version}-${release}.x86_64`;
  const dir = `lib/modules/${uname}`;
  const vmlinuz = at === 'boot' ? `boot/vmlinuz-${uname}` : `${dir}/vmlinuz`;
  return {
    name: 'kernel',
    version,
    release,
    payload: 'w6.xzdio',
    files: {
      [vmlinuz]: image(uname),
      [`boot/config-${uname}`]: `CONFIG_TEST=y # ${uname}\n`,
      [`${dir}/modules.builtin`]: '',
      ...moduleFiles(dir, ''),
    },
  };
}
