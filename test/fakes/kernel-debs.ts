import { execFileSync } from 'node:child_process';
import type { FakeDeb } from './deb-archive.ts';
import { elfModule } from './elf-module.ts';

function moduleFiles(dir: string, suffix: '' | '.xz'): Record<string, Uint8Array> {
  const pack = (bytes: Buffer): Buffer => (suffix === '' ? bytes : execFileSync('xz', ['-c'], { input: bytes }));
  const module = (name: string, depends: string): Buffer => pack(elfModule({ name, depends, license: 'GPL' }));
  return {
    [`${dir}/kernel/drivers/virtio/virtio.ko${suffix}`]: module('virtio', 'virtio_ring'),
    [`${dir}/kernel/drivers/virtio/virtio_ring.ko${suffix}`]: module('virtio_ring', ''),
    [`${dir}/kernel/drivers/virtio/virtio_pci.ko${suffix}`]: module('virtio_pci', 'virtio,virtio_ring'),
    [`${dir}/kernel/drivers/net/dummy.ko${suffix}`]: module('dummy', ''),
    [`${dir}/kernel/drivers/net/veth.ko${suffix}`]: module('veth', ''),
  };
}

const BUILTIN = 'kernel/drivers/char/virtio_console.ko\nkernel/drivers/char/hw_random/rng-core.ko\n';

/** One package that holds everything: the layout up to 6.18. */
export function wholeKernel(release: string, version: string): FakeDeb[] {
  const modules = `lib/modules/${release}`;
  return [
    {
      name: `linux-image-${release}`,
      version,
      depends: `kmod, linux-base (>= 4.3~), linux-base-${release} (= ${version})`,
      files: {
        [`boot/vmlinuz-${release}`]: `kernel ${release} ${version}`.repeat(100),
        [`boot/config-${release}`]: `CONFIG_TEST=y # ${release}\n`,
        [`${modules}/modules.builtin`]: BUILTIN,
        ...moduleFiles(modules, ''),
      },
    },
  ];
}

/** A shell with its parts in three packages: the layout from 6.19 on. */
export function splitKernel(release: string, version: string): FakeDeb[] {
  const modules = `usr/lib/modules/${release}`;
  const needs = (part: string): string => `linux-${part}-${release} (= ${version})`;
  return [
    {
      name: `linux-image-${release}`,
      version,
      depends: `dracut | linux-initramfs-tool, ${needs('base')}, ${needs('binary')}, ${needs('modules')}`,
    },
    {
      name: `linux-binary-${release}`,
      version,
      depends: needs('base'),
      files: { [`${modules}/vmlinuz`]: `kernel ${release} ${version}`.repeat(100) },
    },
    { name: `linux-modules-${release}`, version, depends: needs('base'), files: moduleFiles(modules, '.xz') },
    {
      name: `linux-base-${release}`,
      version,
      files: { [`${modules}/config`]: `CONFIG_TEST=y # ${release}\n`, [`${modules}/modules.builtin`]: BUILTIN },
    },
  ];
}
