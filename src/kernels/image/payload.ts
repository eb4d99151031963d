import type { Host } from '../../host/host.ts';
import { type Packing, unpacked } from '../sources/rpm/chunks.ts';
import type { KernelImage } from './bzimage.ts';

const MAGICS: readonly (readonly [string, Packing])[] = [
  // A vmlinux, or CONFIG_KERNEL_UNCOMPRESSED.
  ['\u007fELF', 'plain'],
  ['\u001f\u008b', 'gzip'],
  ['\u00fd7zXZ', 'xz'],
  ['\u0028\u00b5\u002f\u00fd', 'zstd'],
  // The legacy frame of the lz4 tool, the only one that the kernel's own unpacker reads.
  ['\u0002\u0021\u004c\u0018', 'lz4'],
  ['BZh', 'bzip2'],
];

/**
 * The kernel inside of an image, unpacked, as it comes; undefined where it is packed in a way that cannot be unpacked
 * here. Behind the packed kernel comes more, which no packer knows: the end is an error of `unpacked` even when all is well.
 */
export async function unpackedKernel(
  host: Host,
  path: string,
  { payload }: KernelImage,
  signal: AbortSignal | undefined,
): Promise<AsyncGenerator<Buffer> | undefined> {
  // The head may say anything.
  if (payload === undefined || payload.offset >= ((await host.files.stat(path))?.size ?? 0)) return undefined;
  const head = Buffer.from(await host.files.readHead(path, payload.offset + 8)).subarray(payload.offset);
  const packing = MAGICS.find(([magic]) => head.toString('latin1', 0, magic.length) === magic)?.[1];
  return packing && unpacked(host, path, packing, signal, payload.offset);
}
