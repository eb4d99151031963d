import { HostError } from '../../model/errors.ts';
import type { UnpackedKernel } from '../unpacked.ts';

/** `boot/vmlinuz-R` and `usr/lib/modules/R/vmlinuz` both name their release. */
function releaseOf(path: string): string | undefined {
  return (/^boot\/vmlinuz-(.+)$/.exec(path) ?? /^(?:usr\/)?lib\/modules\/([^/]+)\/vmlinuz$/.exec(path))?.[1];
}

/**
 * Finds the parts of one kernel among unpacked package trees, in any layout that a vendor uses.
 * @param files absolute path by path inside the package.
 * @returns undefined when there is no kernel image.
 * @throws HostError `kernel_unusable` when there is more than one kernel.
 */
export function locateKernel(files: ReadonlyMap<string, string>): UnpackedKernel | undefined {
  const images = [...files.keys()].filter((path) => releaseOf(path) !== undefined);
  const releases = new Set(images.map((path) => releaseOf(path)));
  const [release] = releases;
  const [image] = images;
  if (release === undefined || image === undefined) return undefined;
  if (releases.size > 1) {
    throw new HostError(
      'kernel_unusable',
      `the packages hold several kernels (${[...releases].join(', ')}); name one of them in the profile's kernel block`,
    );
  }
  const moduleDirs = [`lib/modules/${release}/`, `usr/lib/modules/${release}/`];
  const at = (...paths: string[]): string | undefined => paths.map((path) => files.get(path)).find((path) => path);
  const modules = [...files].filter(
    ([path]) => moduleDirs.some((dir) => path.startsWith(dir)) && /\.ko(\.(xz|zst|gz))?$/.test(path),
  );
  return {
    release,
    vmlinuz: files.get(image) ?? '',
    config: at(`boot/config-${release}`, ...moduleDirs.map((dir) => `${dir}config`)),
    modulesBuiltin: at(...moduleDirs.map((dir) => `${dir}modules.builtin`)),
    modules: modules.map(([, path]) => path),
  };
}
