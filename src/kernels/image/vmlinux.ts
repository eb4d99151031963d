import { ELF_MACHINE, readElfHeader, readSegments, SEGMENT_TYPE } from '../../elf/elf-file.ts';
import type { Host } from '../../host/host.ts';
import { unpacked } from '../sources/rpm/chunks.ts';
import { bannerIn } from './banner.ts';
import type { KernelImage } from './kernel-image.ts';
import { elfNotes } from './notes.ts';

/** A kernel has some five. */
const MAX_SEGMENTS = 64;
/** Notes of a kernel have some hundred bytes. */
const MAX_NOTES = 64 * 1024;
/** XEN_ELFNOTE_PHYS32_ENTRY: where a machine without firmware enters the kernel (PVH). */
const PVH_ENTRY = { owner: 'Xen', type: 18 } as const;
/** Reads a part of a file. @returns fewer bytes where it ends */
async function bytesAt(
  host: Host,
  path: string,
  { offset, size }: { readonly offset: number; readonly size: number },
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of unpacked(host, path, 'plain', signal, offset)) {
    parts.push(chunk);
    bytes += chunk.length;
    if (bytes >= size) break;
  }
  return Buffer.concat(parts).subarray(0, size);
}

/**
 * Reads a kernel that is not packed: `vmlinux`, as a build leaves it in its top directory.
 * @param head its first bytes
 * @returns why it cannot be booted, with a remedy
 */
export async function readVmlinux(
  host: Host,
  path: string,
  head: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<KernelImage | string> {
  const header = readElfHeader(head);
  const segments = header && readSegments(head, header.segments, MAX_SEGMENTS);
  if (header?.machine !== ELF_MACHINE.x86_64 || segments === undefined || segments.length === 0) {
    return 'it is an ELF file and no vmlinux for x86_64 (a module, or a kernel of another architecture); name arch/x86/boot/bzImage of a build';
  }
  const notes = segments.find(({ type, size }) => type === SEGMENT_TYPE.note && size <= MAX_NOTES);
  const entered =
    notes !== undefined &&
    [...elfNotes(await bytesAt(host, path, notes, signal))].some(
      ({ owner, type }) => owner === PVH_ENTRY.owner && type === PVH_ENTRY.type,
    );
  if (!entered) {
    return 'it is a vmlinux without an entry for virtual machines; build with CONFIG_PVH=y, or name arch/x86/boot/bzImage of the same build';
  }
  const release = await bannerIn(unpacked(host, path, 'plain', signal));
  if (release === undefined) return 'it does not say which version it is; it is damaged, build or copy it again';
  const size = (await host.files.stat(path))?.size ?? 0;
  return { arch: 'x86_64', release, payload: { offset: 0, size } };
}
