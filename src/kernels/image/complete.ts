import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import type { Arch } from '../../model/kernel.ts';
import { locateKernel } from '../sources/locate-kernel.ts';
import type { UnpackedKernel } from '../unpacked.ts';
import { readImageFor } from './read-image.ts';
import type { KernelTree } from './tree.ts';
import { withConfig } from './with-config.ts';

const MAX_NAME = 200;
const IMAGE = /\/(?:vmlinuz|bzImage)[^/]*$/;

/** Where little-vm-helper puts each of its kernels. */
const LVH = /^data\/kernels\/[^/]+\//;

/** Files named as `locateKernel` knows them: below the root, and with the release that the image itself says. */
async function named(
  host: Host,
  files: ReadonlyMap<string, string>,
  arch: Arch,
  signal: AbortSignal | undefined,
): Promise<Map<string, string>> {
  const plain = new Map([...files].map(([path, file]) => [path.replace(LVH, '').replace('bzImage', 'vmlinuz'), file]));
  const image = plain.get('boot/vmlinuz');
  if (image === undefined) return plain;
  const head = await readImageFor(host, image, arch, signal);
  if (typeof head === 'string') throw new HostError('kernel_unusable', `boot/vmlinuz cannot be booted: ${head}`);
  for (const part of ['vmlinuz', 'config']) {
    const file = plain.get(`boot/${part}`);
    plain.delete(`boot/${part}`);
    if (file !== undefined) plain.set(`boot/${part}-${head.release}`, file);
  }
  return plain;
}

/**
 * The kernel among the files of archives that have no packages; `what` they are is for messages.
 * @throws HostError `kernel_unusable` where there is none, several, or one that cannot be booted
 */
export async function kernelAmong(
  host: Host,
  { files, lost, placeModule }: Pick<KernelTree, 'files' | 'lost' | 'placeModule'>,
  dir: string,
  { what, arch, signal }: { readonly what: string; readonly arch: Arch; readonly signal: AbortSignal | undefined },
): Promise<UnpackedKernel> {
  const kernel = locateKernel(await named(host, files, arch, signal));
  if (kernel === undefined) {
    const [link] = [...lost].filter(([path]) => IMAGE.test(path));
    if (link !== undefined) {
      throw new HostError(
        'kernel_unusable',
        `${what}: ${link[0]} is a hard link to ${link[1].slice(0, MAX_NAME)}, which is none of the files that are read; pack it as a file of its own`,
      );
    }
    throw new HostError(
      'kernel_unusable',
      `${what} holds no kernel image (boot/vmlinuz, lib/modules/RELEASE/vmlinuz); name another one`,
    );
  }
  return withConfig(host, { ...kernel, placeModule }, dir, signal);
}
