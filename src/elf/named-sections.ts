import { readElfHeader, readSectionEntries, type SectionEntry, sectionBytes } from './elf-file.ts';

/** No name that is looked for is longer; an untrusted table may be one name of many megabytes. */
const MAX_NAME = 64;

/** A section with its name, cut to 64 bytes. */
export interface NamedSection extends SectionEntry {
  readonly name: string;
}

/**
 * The sections of a file by their position.
 * @returns undefined for what is no 64-bit little-endian ELF file with at most `most` sections and a table of their names
 */
export function namedSections(elf: Uint8Array, most: number): NamedSection[] | undefined {
  const header = readElfHeader(elf);
  const sections = header && readSectionEntries(elf, header.sections, most);
  const table = header && sections?.[header.namesIndex];
  if (sections === undefined || table === undefined) return undefined;
  const bytes = sectionBytes(elf, table);
  const names = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return sections.map((section) => ({ ...section, name: nameAt(names, section.nameAt) }));
}

/** @param names bytes of the section of names @param at where one begins; it is cut to 64 bytes */
export function nameAt(names: Buffer, at: number): string {
  const name = names.subarray(at, at + MAX_NAME);
  const end = name.indexOf(0);
  return name.toString('latin1', 0, end < 0 ? name.length : end);
}
