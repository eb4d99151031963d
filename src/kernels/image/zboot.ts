import { basename } from 'node:path';
import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import { type Packing, unpackWhole } from '../sources/rpm/chunks.ts';
import type { Payload } from './kernel-image.ts';

/** Kernels of vendors have some 40 MB unpacked. */
const MAX_KERNEL = 256 * 1024 * 1024;
const HEAD_BYTES = 64;
const NAME_AT = 0x18;

/** What drivers/firmware/efi/libstub/Makefile.zboot calls each way to pack. */
const PACKINGS: Readonly<Record<string, Packing>> = {
  gzip: 'gzip',
  lz4: 'lz4',
  lzma: 'lzma',
  lzo: 'lzo',
  xzkern: 'xz',
  zstd22: 'zstd',
};

/** Whether a file begins as an Image for arm64 does (Documentation/arch/arm64/booting.rst). */
export function isArm64Image(bytes: Uint8Array): boolean {
  return Buffer.from(bytes).toString('latin1', 0x38, 0x3c) === 'ARMd';
}

/** Whether a file begins as an EFI zboot image does: a program that unpacks the kernel in it, under EFI alone. */
export function isZboot(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.subarray(0, HEAD_BYTES)).toString('latin1');
  return head.startsWith('MZ') && head.slice(4, 8) === 'zimg';
}

/** Where the kernel lies in an EFI zboot image (zboot-header.S). @param size of the file @returns why that is not known */
export function zbootPayload(bytes: Uint8Array, size: number): Payload | string {
  // A file may end within its head.
  const head = Buffer.alloc(HEAD_BYTES);
  head.set(bytes.subarray(0, HEAD_BYTES));
  const [named = ''] = head.toString('latin1', NAME_AT).split('\0');
  const payload = { offset: head.readUInt32LE(8), size: head.readUInt32LE(12) };
  if (payload.offset < HEAD_BYTES || payload.size === 0 || payload.offset + payload.size > size) {
    return 'it is an EFI zboot image whose kernel lies outside of the file; it is damaged, build or copy it again';
  }
  const packing = Object.hasOwn(PACKINGS, named) ? PACKINGS[named] : undefined;
  if (packing !== undefined) return { ...payload, packing };
  const printable = named.replace(/[^\x20-\x7e]/g, '?');
  return `it is an EFI zboot image packed with "${printable}", which cannot be unpacked here (${Object.keys(PACKINGS).join(', ')} can); name the Image of the same build`;
}

/**
 * A kernel as a machine without EFI boots it: the Image in an EFI zboot image as a file of its own, any other as it is.
 * @param target path for that file
 * @throws HostError `kernel_unusable`, `tool_missing`; CancelledError
 */
export async function withoutZboot(
  host: Host,
  path: string,
  target: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const head = await host.files.readHead(path, HEAD_BYTES);
  if (!isZboot(head)) return path;
  const payload = zbootPayload(head, (await host.files.stat(path))?.size ?? 0);
  const unusable = (why: string): HostError =>
    new HostError('kernel_unusable', `${basename(path)} cannot be booted: ${why}`);
  if (typeof payload === 'string') throw unusable(payload);
  const { offset: from, size, packing = 'plain' } = payload;
  await unpackWhole(host, path, packing, { from, size, target, maxBytes: MAX_KERNEL }, signal);
  if (isArm64Image(await host.files.readHead(target, HEAD_BYTES))) return target;
  throw unusable('it is an EFI zboot image with something else than an Image for arm64 in it');
}
