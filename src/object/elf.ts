import { checkObjectHeader, type ObjectProblem } from './header.ts';
import { stringAt, viewOf } from './strings.ts';
import { type SymbolTable, symbolTable } from './symbols.ts';

/** Section types (`sh_type`). */
export const PROGBITS = 1;
const SYMTAB = 2;
export const NOBITS = 8;
const REL = 9;
const EXECUTABLE = 4n;

const SECTION_BYTES = 64;
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

export interface Relocation {
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
 * are asked for. Never throws.
 */
export function readElf(bytes: Uint8Array): Elf | { readonly problem: ObjectProblem } {
  const problem = checkObjectHeader(bytes);
  if (problem) return { problem };
  const { sections, problems } = readSections(bytes);
  const symtab = sections.find(({ type }) => type === SYMTAB);
  const none = new Uint8Array();
  return {
    sections,
    problems,
    symbols: symbolTable(symtab?.bytes ?? none, sections[symtab?.link ?? 0]?.bytes ?? none),
    relocations: new Map(
      sections
        .filter(({ type, info }) => type === REL && info < sections.length)
        .map(({ info, bytes: entries }) => [info, relocationsIn(entries)]),
    ),
  };
}

function readSections(bytes: Uint8Array): { readonly sections: Section[]; readonly problems: string[] } {
  const view = viewOf(bytes);
  // The header check made sure that the table and every section lie inside of the file.
  const table = Number(view.getBigUint64(40, true));
  const declared = view.getUint16(60, true);
  const count = Math.min(declared === 0 ? Number(view.getBigUint64(table + 32, true)) : declared, MAX_SECTIONS);
  const nameIndex = view.getUint16(62, true);
  const nameEntry = nameIndex === 0xffff ? view.getUint32(table + 40, true) : nameIndex;
  const names = nameEntry < count ? bodyOf(bytes, view, table + nameEntry * SECTION_BYTES) : new Uint8Array();
  // Sections of a compiler never overlap. Of those that do only so many are read that the work stays within the file's size.
  let room = bytes.length;
  const sections = Array.from({ length: count }, (_, index) => {
    const entry = table + index * SECTION_BYTES;
    const body = bodyOf(bytes, view, entry);
    const read = body.length <= room ? body : new Uint8Array();
    room -= body.length;
    return {
      index,
      name: stringAt(names, view.getUint32(entry, true)),
      type: view.getUint32(entry + 4, true),
      executable: (view.getBigUint64(entry + 8, true) & EXECUTABLE) !== 0n,
      size: Number(view.getBigUint64(entry + 32, true)),
      link: view.getUint32(entry + 40, true),
      info: view.getUint32(entry + 44, true),
      bytes: read,
    };
  });
  return { sections, problems: room < 0 ? ['sections lie over each other; some were not read'] : [] };
}

function bodyOf(bytes: Uint8Array, view: DataView, entry: number): Uint8Array {
  const type = view.getUint32(entry + 4, true);
  if (type === 0 || type === NOBITS) return new Uint8Array();
  const offset = Number(view.getBigUint64(entry + 24, true));
  return bytes.subarray(offset, offset + Number(view.getBigUint64(entry + 32, true)));
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
