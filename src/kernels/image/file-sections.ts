import { HEADER_BYTES, hasBytes, readElfHeader, readSectionEntries, type SectionEntry } from '../../elf/elf-file.ts';
import { nameAt } from '../../elf/named-sections.ts';
import type { Host } from '../../host/host.ts';

const MAX_SECTIONS = 4096;

/**
 * Sections of an ELF file by their names, read out of it: a kernel of 60 MB is not held in memory for the few that say which
 * one it is.
 * @returns the first section of each name that the file has; undefined for what is no whole ELF file
 */
export async function fileSections(
  host: Host,
  path: string,
  names: readonly string[],
): Promise<Map<string, Buffer> | undefined> {
  const size = BigInt((await host.files.stat(path))?.size ?? 0);
  const bytesAt = async (offset: bigint, bytes: bigint): Promise<Buffer | undefined> => {
    if (offset + bytes > size) return undefined;
    const read = await host.files.readHead(path, Number(bytes), Number(offset));
    return Buffer.from(read.buffer, read.byteOffset, read.length);
  };
  const sectionAt = async (one: SectionEntry | undefined): Promise<Buffer | undefined> =>
    one === undefined || !hasBytes(one) ? undefined : bytesAt(one.offset, one.size);
  const header = readElfHeader(await host.files.readHead(path, HEADER_BYTES));
  // A table that begins within the header is none.
  if (header === undefined || header.sections.offset < BigInt(HEADER_BYTES)) return undefined;
  const { offset, entryBytes, count } = header.sections;
  if (count > BigInt(MAX_SECTIONS)) return undefined;
  // Offset 0 would say that there is no table.
  const table = await bytesAt(offset - 1n, BigInt(entryBytes) * count + 1n);
  const entries = table && readSectionEntries(table, { offset: 1n, entryBytes, count }, MAX_SECTIONS);
  const allNames = await sectionAt(entries?.[header.namesIndex]);
  if (entries === undefined || allNames === undefined) return undefined;
  const found = new Map<string, Buffer>();
  for (const entry of entries) {
    const name = nameAt(allNames, entry.nameAt);
    if (!hasBytes(entry) || !names.includes(name) || found.has(name)) continue;
    const bytes = await sectionAt(entry);
    if (bytes === undefined) return undefined;
    found.set(name, bytes);
  }
  return found;
}
