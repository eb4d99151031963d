import { join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import type { Arch } from '../../model/kernel.ts';
import type { KernelImage } from './kernel-image.ts';
import { readImage, readImageFor } from './read-image.ts';

/** Where a build leaves its image, below the directory that it was built in: `make bzImage`, `make Image`, `make vmlinux`. */
const IN_BUILD = [
  ...['arch/x86/boot/bzImage', 'arch/x86_64/boot/bzImage'],
  ...['arch/arm64/boot/Image', 'arch/arm64/boot/vmlinuz.efi', 'vmlinux'],
];

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
  throw unusable(
    path,
    `it is a directory without ${IN_BUILD[0]} or arch/arm64/boot/Image; build there (make bzImage, make Image), or name the image`,
  );
}

/**
 * Finds a kernel image on this machine and reads its head.
 * @param arch that it must be for; absent: any
 * @returns the path of the image itself
 * @throws HostError `kernel_unusable` with the file, the reason and what to do
 */
export async function openImage(
  host: Host,
  named: string,
  { arch, signal }: { readonly arch?: Arch; readonly signal?: AbortSignal | undefined } = {},
): Promise<KernelImage & { readonly path: string }> {
  const path = await imageAt(host, named);
  const image = await (arch === undefined ? readImage(host, path, signal) : readImageFor(host, path, arch, signal));
  if (typeof image === 'string') throw unusable(path, image);
  return { ...image, path };
}
