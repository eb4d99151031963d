import type { Host } from '../../host/host.ts';
import { type Packing, unpacked, unpackInto } from '../sources/rpm/chunks.ts';
import type { KernelImage } from './kernel-image.ts';

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

/** Where the kernel lies in an image and how it is packed; undefined where that is not known here. */
async function packedAt(
  host: Host,
  path: string,
  { payload }: KernelImage,
): Promise<{ readonly packing: Packing; readonly from: number } | undefined> {
  // The head may say anything.
  if (payload === undefined || payload.offset >= ((await host.files.stat(path))?.size ?? 0)) return undefined;
  const head = Buffer.from(await host.files.readHead(path, 8, payload.offset));
  const packing = payload.packing ?? MAGICS.find(([magic]) => head.toString('latin1', 0, magic.length) === magic)?.[1];
  return packing && { packing, from: payload.offset };
}

/**
 * The kernel inside of an image, unpacked, as it comes; undefined where it is packed in a way that cannot be unpacked
 * here. Behind the packed kernel comes more, which no packer knows: the end is an error of `unpacked` even when all is well.
 */
export async function unpackedKernel(
  host: Host,
  path: string,
  image: KernelImage,
  signal: AbortSignal | undefined,
): Promise<AsyncGenerator<Buffer> | undefined> {
  const packed = await packedAt(host, path, image);
  return packed && unpacked(host, path, packed.packing, signal, packed.from);
}

/** The same as a file, cut at `maxBytes`; none where it is packed in a way that cannot be unpacked here. */
export async function unpackKernel(
  host: Host,
  path: string,
  image: KernelImage,
  { target, maxBytes }: { readonly target: string; readonly maxBytes: number },
  signal: AbortSignal | undefined,
): Promise<void> {
  const packed = await packedAt(host, path, image);
  if (packed !== undefined) {
    await unpackInto(host, path, packed.packing, { from: packed.from, target, maxBytes }, signal);
  }
}
