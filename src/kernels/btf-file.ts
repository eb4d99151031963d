import { ELF_MACHINE, hasElfMagic, readElfIdentity, sectionBytes } from '../elf/elf-file.ts';
import { namedSections } from '../elf/named-sections.ts';
import type { Host } from '../host/host.ts';
import { HostError } from '../model/errors.ts';
import { imageBtf } from './image/image-facts.ts';
import { readImage } from './image/read-image.ts';
import { readTar } from './image/tar.ts';
import { type Packing, unpacked } from './sources/rpm/chunks.ts';

/** A vmlinux with debug information is the largest that holds BTF. */
const MAX_FILE = 1024 * 1024 * 1024;
const MAX_UNPACKED = 256 * 1024 * 1024;
const MAX_SECTIONS = 65_535;
const HEAD_BYTES = 512;

const PACKED: readonly (readonly [string, Packing])[] = [
  ['\u001f\u008b', 'gzip'],
  ['\u00fd7zXZ', 'xz'],
  ['\u0028\u00b5\u002f\u00fd', 'zstd'],
];

function unusable(why: string): HostError {
  return new HostError('btf_unusable', why);
}

async function whole(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > MAX_UNPACKED) throw unusable(`unpacked it has more than ${MAX_UNPACKED} bytes, and no BTF has`);
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

function isTar(bytes: Buffer): boolean {
  return bytes.toString('latin1', 257, 262) === 'ustar';
}

/** The one BTF file in an archive, as BTFHub has them. */
async function fromTar(archive: Buffer): Promise<Buffer> {
  const found: { path: string; bytes: Buffer }[] = [];
  const chunks = async function* () {
    yield archive;
  };
  for await (const entry of readTar(chunks())) {
    if (entry.kind === 'file' && entry.path.endsWith('.btf')) {
      found.push({ path: entry.path, bytes: await entry.content() });
    }
  }
  const [first, second] = found;
  if (first === undefined) throw unusable('the archive has no file that ends in .btf; name one that has');
  if (second !== undefined) {
    throw unusable(`the archive has ${first.path} and ${second.path}; unpack it and name the one of this kernel`);
  }
  return first.bytes;
}

/** BTF of an ELF file: a vmlinux, with or without debug information. */
function fromElf(bytes: Buffer): Buffer {
  if (readElfIdentity(bytes)?.machine === ELF_MACHINE.bpf) {
    throw unusable('it is a compiled BPF object, whose BTF is of the object; name the BTF of a kernel');
  }
  const section = namedSections(bytes, MAX_SECTIONS)?.find(({ name }) => name === '.BTF');
  const btf = section && sectionBytes(bytes, section);
  if (btf === undefined || btf.length === 0) {
    throw unusable(
      'it is an ELF file without a section .BTF; make BTF of its debug information with pahole (btf_encode_detached)',
    );
  }
  return Buffer.from(btf);
}

async function isKernelImage(host: Host, path: string, signal: AbortSignal | undefined): Promise<boolean> {
  return typeof (await readImage(host, path, signal)) !== 'string';
}

/**
 * The BTF in a file: raw, packed (gzip, xz, zstd), in a tar archive of BTFHub, in a vmlinux or in a kernel image. Whether
 * it can be used is for `kernelBtfProblem` to say.
 * @throws HostError `btf_unusable` with what follows "FILE: "; `bad_package`, `tool_missing`; file system errors; CancelledError
 */
export async function readBtfFile(host: Host, path: string, signal: AbortSignal | undefined): Promise<Buffer> {
  const head = Buffer.from(await host.files.readHead(path, HEAD_BYTES));
  const packing = PACKED.find(([magic]) => head.toString('latin1', 0, magic.length) === magic)?.[1];
  if (packing !== undefined) {
    const bytes = await whole(unpacked(host, path, packing, signal));
    if (isTar(bytes)) return fromTar(bytes);
    return hasElfMagic(bytes) ? fromElf(bytes) : bytes;
  }
  if (!hasElfMagic(head) && (await isKernelImage(host, path, signal))) {
    const btf = await imageBtf(host, path, signal);
    if (btf === undefined)
      throw unusable('it is a kernel image that shows no BTF; name a file with BTF for this kernel');
    return btf;
  }
  const bytes = await host.files.read(path, MAX_FILE);
  if (isTar(bytes)) return fromTar(bytes);
  return hasElfMagic(bytes) ? fromElf(bytes) : bytes;
}
