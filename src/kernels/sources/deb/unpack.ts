import { join } from 'node:path';
import type { Host } from '../../../host/host.ts';
import { HostError } from '../../../model/errors.ts';
import { mustRun } from '../../tool.ts';
import type { UnpackedKernel } from '../../unpacked.ts';
import { extractDeb } from './extract.ts';

const MAX_LISTING = 16 * 1024 * 1024;

/** Regular files under `root`, relative to it. Links are neither listed nor followed: they could point at the host. */
async function filesUnder(host: Host, root: string, signal: AbortSignal | undefined): Promise<string[]> {
  const found = await mustRun(host, 'find', ['-P', '--', root, '-type', 'f', '-printf', '%P\\0'], {
    signal,
    maxOutput: MAX_LISTING,
  });
  return found.stdout
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '');
}

/** `boot/vmlinuz-R` and `usr/lib/modules/R/vmlinuz` both name their release. */
function releaseOf(path: string): string | undefined {
  return (/^boot\/vmlinuz-(.+)$/.exec(path) ?? /^(?:usr\/)?lib\/modules\/([^/]+)\/vmlinuz$/.exec(path))?.[1];
}

/**
 * Finds the parts of one kernel among unpacked package trees, in either layout of Debian's packages.
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

/**
 * Unpacks packages, each into a tree of its own under `dir`.
 * @returns absolute path of every regular file by its path inside the package.
 */
export async function unpackDebs(
  host: Host,
  debs: readonly string[],
  dir: string,
  signal: AbortSignal | undefined,
): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const [index, deb] of debs.entries()) {
    const root = join(dir, String(index));
    await host.files.makeDir(root);
    await extractDeb(host, deb, root, signal);
    for (const path of await filesUnder(host, root, signal)) files.set(path, join(root, path));
  }
  return files;
}
