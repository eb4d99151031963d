import { hasElfMagic } from '../../elf/elf-file.ts';
import type { Host } from '../../host/host.ts';
import type { Arch } from '../../model/kernel.ts';
import { readArm64 } from './arm64.ts';
import { HEAD_BYTES, readBzImage } from './bzimage.ts';
import type { KernelImage } from './kernel-image.ts';
import { readVmlinux } from './vmlinux.ts';
import { isArm64Image, isZboot } from './zboot.ts';

/** Reads what a kernel image says of itself. @returns why it cannot be booted, with a remedy */
export async function readImage(
  host: Host,
  path: string,
  signal: AbortSignal | undefined,
): Promise<KernelImage | string> {
  const head = await host.files.readHead(path, HEAD_BYTES);
  if (isArm64Image(head) || isZboot(head)) return readArm64(host, path, head, signal);
  return hasElfMagic(head) ? readVmlinux(host, path, head, signal) : readBzImage(head);
}

/** The same of an image for an architecture. */
export async function readImageFor(
  host: Host,
  path: string,
  arch: Arch,
  signal: AbortSignal | undefined,
): Promise<KernelImage | string> {
  const image = await readImage(host, path, signal);
  if (typeof image === 'string' || image.arch === arch) return image;
  return `it is a kernel for ${image.arch}, and its profile says ${arch}; correct arch in the profile, or name another one`;
}
