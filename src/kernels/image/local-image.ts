import { join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import type { KernelImage } from './bzimage.ts';
import { readImage } from './read-image.ts';

/** Where a build leaves its image, below the directory that it was built in: `make bzImage`, and `make vmlinux`. */
const IN_BUILD = ['arch/x86/boot/bzImage', 'arch/x86_64/boot/bzImage', 'vmlinux'];

function unusable(path: string, why: string): HostError {
  return new HostError('kernel_unusable', `${path} cannot be booted: ${why}`);
}

/** The image that a path names: itself, or that of the tree it is the directory of. */
async function imageAt(host: Host, path: string): Promise<string> {
  const stat = await host.files.stat(path);
  if (stat === undefined) throw unusable(path, 'there is no such file; correct the path');
  if (stat.isFile) return path;
  if (!stat.isDirectory) throw unusable(path, 'it is a pipe, a socket or a device; name a regular file');
  for (const inside of IN_BUILD) if ((await host.files.stat(join(path, inside)))?.isFile) return join(path, inside);
  throw unusable(path, `it is a directory without ${IN_BUILD[0]}; build there (make bzImage), or name the image`);
}

/**
 * Finds a kernel image on this machine and reads its head.
 * @returns the path of the image itself
 * @throws HostError `kernel_unusable` with the file, the reason and what to do
 */
export async function openImage(
  host: Host,
  named: string,
  signal?: AbortSignal,
): Promise<KernelImage & { readonly path: string }> {
  const path = await imageAt(host, named);
  const image = await readImage(host, path, signal);
  if (typeof image === 'string') throw unusable(path, image);
  return { ...image, path };
}
