import {
  ELF_TYPE,
  readElfHeader,
  readSectionEntries,
  readSegments,
  SECTION_TYPE,
  SEGMENT_TYPE,
  sectionBytes,
} from '../../elf/elf-file.ts';
import { type SymbolTable, symbolTable } from '../symbols.ts';

const DYNAMIC_SYMBOLS = 11;
const MAX_SECTIONS = 65_536;
/** Each symbol is looked for in all of them; programs have about ten. */
const MAX_SEGMENTS = 128;
/** First section index that names no section. */
const SPECIAL_SECTION = 0xff00;

/** Where the parts of a program lie in its file. */
export interface Places {
  /** Address of a byte of the file when the program runs; undefined for what is not loaded, and in files that are linked later. */
  addressOf(at: number): number | undefined;
  /** Byte of the file for an address; undefined for none. */
  fileOf(address: number): number | undefined;
  /** Byte of the file where a symbol is; undefined for what has no bytes there. */
  symbolAt(symbol: { readonly section: number; readonly value: number }): number | undefined;
  /** Its own symbols where it has some, else those that it exports. */
  readonly symbols: SymbolTable;
}

/** @returns undefined for what is no 64-bit little-endian ELF file with tables that can be read */
export function placesIn(program: Uint8Array): Places | undefined {
  const header = readElfHeader(program);
  const sections = header && readSectionEntries(program, header.sections, MAX_SECTIONS);
  const segments = header && readSegments(program, header.segments, MAX_SEGMENTS);
  if (sections === undefined || segments === undefined) return undefined;
  const loaded = segments.filter(({ type }) => type === SEGMENT_TYPE.load);
  const fileOf = (address: number): number | undefined => {
    const home = loaded.find((one) => address >= one.address && address < one.address + one.size);
    return home && home.offset + (address - home.address);
  };
  const table =
    sections.find(({ type }) => type === SECTION_TYPE.symtab) ?? sections.find(({ type }) => type === DYNAMIC_SYMBOLS);
  const names = table && sections[table.link];
  const none = new Uint8Array();
  return {
    addressOf: (at) => {
      const home = loaded.find(({ offset, size }) => at >= offset && at < offset + size);
      return home && home.address + (at - home.offset);
    },
    fileOf,
    symbolAt: ({ section, value }) => {
      if (section === 0 || section >= SPECIAL_SECTION) return undefined;
      if (header?.type !== ELF_TYPE.relocatable) return fileOf(value);
      const home = sections[section];
      return home === undefined || home.type === SECTION_TYPE.nobits ? undefined : Number(home.offset) + value;
    },
    symbols: symbolTable(table ? sectionBytes(program, table) : none, names ? sectionBytes(program, names) : none),
  };
}
