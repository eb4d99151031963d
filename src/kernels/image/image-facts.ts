import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { sectionBytes } from '../../elf/elf-file.ts';
import { namedSections } from '../../elf/named-sections.ts';
import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import { fileSections } from './file-sections.ts';
import { elfNotes } from './notes.ts';
import { unpackedKernel, unpackKernel } from './payload.ts';
import { readImage } from './read-image.ts';

/** What distinguishes one build of a kernel from all others. Each is absent where the image does not show it. */
export interface ImageFacts {
  /** Hex, as `file vmlinux` and /sys/kernel/notes have it. */
  readonly buildId?: string;
  /** SHA-256 of the BTF: of /sys/kernel/btf/vmlinux in the guest. */
  readonly btfSha256?: string;
}

/** Kernels of vendors have some 70 MB. */
const MAX_KERNEL = 256 * 1024 * 1024;
const MAX_SECTIONS = 4096;
/** NT_GNU_BUILD_ID. */
const BUILD_ID = 3;

/** The whole kernel; undefined for what is too large or cannot be unpacked. */
export async function wholeKernel(chunks: AsyncIterable<Buffer>): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > MAX_KERNEL) return undefined;
      parts.push(chunk);
    }
  } catch (error) {
    // What lies behind the packed kernel is not part of it.
    if (!(error instanceof HostError)) throw error;
  }
  return Buffer.concat(parts);
}

/** The build id among ELF notes; undefined where there is none. */
export function buildIdIn(notes: Uint8Array): string | undefined {
  for (const { owner, type, value } of elfNotes(notes)) {
    if (owner === 'GNU' && type === BUILD_ID) return value.toString('hex');
  }
  return undefined;
}

/** A reader of sections by their name. @param kernel an ELF file */
function sectionsOf(kernel: Buffer): (name: string) => Uint8Array | undefined {
  const sections = namedSections(kernel, MAX_SECTIONS) ?? [];
  return (name) => {
    const section = sections.find((one) => one.name === name);
    return section && sectionBytes(kernel, section);
  };
}

function factsOf(bytesOf: (name: string) => Uint8Array | undefined): ImageFacts {
  const notes = bytesOf('.notes') ?? bytesOf('.note.gnu.build-id');
  const buildId = notes && buildIdIn(notes);
  const btf = bytesOf('.BTF');
  return {
    ...(buildId !== undefined && { buildId }),
    ...(btf !== undefined && btf.length > 0 && { btfSha256: createHash('sha256').update(btf).digest('hex') }),
  };
}

async function imageSections(
  host: Host,
  path: string,
  signal: AbortSignal | undefined,
): Promise<((name: string) => Uint8Array | undefined) | undefined> {
  const image = await readImage(host, path, signal);
  // An Image for arm64 is flat: it has no sections.
  if (typeof image === 'string' || image.arch === 'aarch64') return undefined;
  const chunks = await unpackedKernel(host, path, image, signal);
  const kernel = chunks && (await wholeKernel(chunks));
  return kernel && sectionsOf(kernel);
}

const OF_FACTS = ['.notes', '.note.gnu.build-id', '.BTF'] as const;

/** The sections that facts are read of, by way of a file; undefined where that is no whole kernel, as on a full disk. */
async function unpackedSections(
  host: Host,
  path: string,
  target: string,
  signal: AbortSignal | undefined,
): Promise<Map<string, Buffer> | undefined> {
  const image = await readImage(host, path, signal);
  // An Image for arm64 is flat: it has no sections.
  if (typeof image === 'string' || image.arch === 'aarch64') return undefined;
  try {
    await unpackKernel(host, path, image, { target, maxBytes: MAX_KERNEL }, signal);
    return await fileSections(host, target, OF_FACTS);
  } finally {
    await host.files.removeFile(target);
  }
}

/**
 * Facts of a kernel image, as far as it can be unpacked here; none of what is not an image for x86.
 * @param dir private; the kernel lies there, unpacked, meanwhile
 */
export async function imageFacts(
  host: Host,
  path: string,
  dir: string,
  signal: AbortSignal | undefined,
): Promise<ImageFacts> {
  const sections = await unpackedSections(host, path, join(dir, 'unpacked-kernel'), signal);
  if (sections !== undefined) return factsOf((name) => sections.get(name));
  const bytesOf = await imageSections(host, path, signal);
  return bytesOf === undefined ? {} : factsOf(bytesOf);
}

/** The BTF in a kernel image; undefined where the image does not show it. */
export async function imageBtf(host: Host, path: string, signal: AbortSignal | undefined): Promise<Buffer | undefined> {
  const btf = (await imageSections(host, path, signal))?.('.BTF');
  // A copy: the whole kernel around it is not kept.
  return btf && btf.length > 0 ? Buffer.from(btf) : undefined;
}

/** The parts of a kernel image that say what the kernel has; each undefined where the image does not show it. */
export async function imageParts(
  host: Host,
  path: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly btf: Buffer | undefined; readonly rodata: Buffer | undefined }> {
  const bytesOf = await imageSections(host, path, signal);
  const [btf, rodata] = [bytesOf?.('.BTF'), bytesOf?.('.rodata')];
  return {
    btf: btf && btf.length > 0 ? Buffer.from(btf) : undefined,
    rodata: rodata && Buffer.from(rodata.buffer, rodata.byteOffset, rodata.length),
  };
}
