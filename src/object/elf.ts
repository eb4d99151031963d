import { readElfHeader, readSectionEntries, SECTION_TYPE, sectionBytes } from '../elf/elf-file.ts';
import { checkObjectHeader, type ObjectProblem } from './header.ts';
import { stringAt, viewOf } from './strings.ts';
import { type SymbolTable, symbolTable } from './symbols.ts';

const EXECUTABLE = 4n;

const RELOCATION_BYTES = 16;
/** Sections beyond this are not looked at: clang makes one per program, and no object has so many. */
const MAX_SECTIONS = 65_536;

export interface Section {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly executable: boolean;
  /** Bytes in memory; for NOBITS sections there are none in the file. */
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly bytes: Uint8Array;
}

interface Relocation {
  /** Bytes from the start of the section that is relocated. */
  readonly offset: number;
  readonly symbol: number;
  readonly type: number;
}

export interface Elf {
  readonly sections: readonly Section[];
  readonly symbols: SymbolTable;
  /** Relocations of each section that has some, by section index, in file order. */
  readonly relocations: ReadonlyMap<number, Iterable<Relocation>>;
  readonly problems: readonly string[];
}

/**
 * Reads sections, symbols and relocations of a 64-bit little-endian relocatable ELF file. Symbols are decoded when they
 * are requested. Never throws.
 */
export function readElf(bytes: Uint8Array): Elf | { readonly problem: ObjectProblem } {
  const problem = checkObjectHeader(bytes);
  if (problem) return { problem };
  const { sections, problems } = readSections(bytes);
  const symtab = sections.find(({ type }) => type === SECTION_TYPE.symtab);
  const none = new Uint8Array();
  return {
    sections,
    problems,
    symbols: symbolTable(symtab?.bytes ?? none, sections[symtab?.link ?? 0]?.bytes ?? none),
    relocations: new Map(
      sections
        .filter(({ type, info }) => type === SECTION_TYPE.rel && info < sections.length)
        .map(({ info, bytes: entries }) => [info, relocationsIn(entries)]),
    ),
  };
}

function readSections(bytes: Uint8Array): { readonly sections: Section[]; readonly problems: string[] } {
  // The header check made sure that the table and every section lie inside of the file.
  const header = readElfHeader(bytes);
  const entries = (header && readSectionEntries(bytes, header.sections, MAX_SECTIONS)) ?? [];
  const nameEntry = entries[header?.namesIndex ?? 0];
  const names = nameEntry ? sectionBytes(bytes, nameEntry) : new Uint8Array();
  // Sections of a compiler never overlap. Of those that do only so many are read that the work stays within the file's size.
  let room = bytes.length;
  const sections = entries.map((entry, index) => {
    const body = sectionBytes(bytes, entry);
    const read = body.length <= room ? body : new Uint8Array();
    room -= body.length;
    const { nameAt, type, flags, size, link, info } = entry;
    const executable = (flags & EXECUTABLE) !== 0n;
    return { index, name: stringAt(names, nameAt), type, executable, size: Number(size), link, info, bytes: read };
  });
  return { sections, problems: room < 0 ? ['sections lie over each other; some were not read'] : [] };
}

function relocationsIn(entries: Uint8Array): Iterable<Relocation> {
  const view = viewOf(entries);
  return {
    *[Symbol.iterator]() {
      for (let at = 0; at + RELOCATION_BYTES <= entries.length; at += RELOCATION_BYTES) {
        yield {
          offset: Number(view.getBigUint64(at, true)),
          type: view.getUint32(at + 8, true),
          symbol: view.getUint32(at + 12, true),
        };
      }
    },
  };
}
