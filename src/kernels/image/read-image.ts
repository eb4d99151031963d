import { hasElfMagic } from '../../elf/elf-file.ts';
import type { Host } from '../../host/host.ts';
import { HEAD_BYTES, type KernelImage, readBzImage } from './bzimage.ts';
import { readVmlinux } from './vmlinux.ts';

/** Reads what a kernel image says of itself. @returns why it cannot be booted, with a remedy */
export async function readImage(
  host: Host,
  path: string,
  signal: AbortSignal | undefined,
): Promise<KernelImage | string> {
  const head = await host.files.readHead(path, HEAD_BYTES);
  return hasElfMagic(head) ? readVmlinux(host, path, head, signal) : readBzImage(head);
}
