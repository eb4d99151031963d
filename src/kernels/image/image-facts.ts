import { createHash } from 'node:crypto';
import { readElfHeader, readSectionEntries, type SectionEntry, sectionBytes } from '../../elf/elf-file.ts';
import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import { elfNotes } from './notes.ts';
import { unpackedKernel } from './payload.ts';
import { readImage } from './read-image.ts';

/** What tells one build of a kernel from all others. Each is absent where the image does not show it. */
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
/** No name of a section that is looked for is longer; a stranger's table may be one name of many megabytes. */
const MAX_NAME = 64;

/** The whole kernel; undefined for what is too large or cannot be unpacked. */
async function wholeKernel(chunks: AsyncIterable<Buffer>): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > MAX_KERNEL) return undefined;
      parts.push(chunk);
    }
  } catch (error) {
    // What lies behind the packed kernel is no part of it.
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

function nameOf(names: Buffer, { nameAt }: SectionEntry): string {
  const name = names.subarray(nameAt, nameAt + MAX_NAME);
  const end = name.indexOf(0);
  return name.toString('latin1', 0, end < 0 ? name.length : end);
}

/** @param kernel an ELF file */
function factsOf(kernel: Buffer): ImageFacts {
  const header = readElfHeader(kernel);
  const sections = header && readSectionEntries(kernel, header.sections, MAX_SECTIONS);
  const table = header && sections?.[header.namesIndex];
  if (sections === undefined || table === undefined) return {};
  const names = Buffer.from(sectionBytes(kernel, table));
  const bytesOf = (name: string): Uint8Array | undefined => {
    const section = sections.find((one) => nameOf(names, one) === name);
    return section && sectionBytes(kernel, section);
  };
  const notes = bytesOf('.notes') ?? bytesOf('.note.gnu.build-id');
  const buildId = notes && buildIdIn(notes);
  const btf = bytesOf('.BTF');
  return {
    ...(buildId !== undefined && { buildId }),
    ...(btf !== undefined && btf.length > 0 && { btfSha256: createHash('sha256').update(btf).digest('hex') }),
  };
}

/** Facts of a kernel image, as far as it can be unpacked here; none of what is no image for x86. */
export async function imageFacts(host: Host, path: string, signal: AbortSignal | undefined): Promise<ImageFacts> {
  const image = await readImage(host, path, signal);
  if (typeof image === 'string') return {};
  const chunks = await unpackedKernel(host, path, image, signal);
  const kernel = chunks && (await wholeKernel(chunks));
  return kernel === undefined ? {} : factsOf(kernel);
}
