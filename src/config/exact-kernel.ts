import type { KernelSource, Profile } from '../model/kernel.ts';

/** `linux-image-unsigned-5.15.0-186-generic_5.15.0-186.196_amd64.deb`: name and version. */
const DEB = /\/((?:linux-image-)[a-z0-9.+-]+)_([0-9][A-Za-z0-9.+~-]*)_[a-z0-9]+\.deb$/;
/** What an address has before the pool is a mirror. */
const MIRROR = /^(https:\/\/.+)\/pool\//;

/**
 * Where one build of a vendor is had from (`install_kernel` and `kernel_packages` of docs/matrix.md): the place and the keys
 * of `like`, whose signed index has to list it. The addresses name the package and a mirror; they are not believed.
 * @returns undefined when nothing is known of such packages
 */
export function exactKernel(
  { release, packages }: NonNullable<Profile['exactly']>,
  like: KernelSource | undefined,
): KernelSource | undefined {
  switch (like?.source) {
    case undefined:
    case 'file':
    case 'url':
    case 'oci':
      return undefined;
    case 'deb': {
      const url = packages.find((one) => DEB.test(one)) ?? '';
      const [, name = `linux-image-${release}`, version] = DEB.exec(url) ?? [];
      const mirror = MIRROR.exec(url)?.[1];
      return {
        ...like,
        package: name,
        ...(version === undefined ? {} : { version }),
        ...(mirror === undefined ? {} : { mirror }),
      };
    }
    case 'rpm':
      return { ...like, version: release.replace(/\.(?:x86_64|aarch64)$/, '') };
  }
}
