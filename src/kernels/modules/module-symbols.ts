import { SECTION_TYPE, sectionBytes } from '../../elf/elf-file.ts';
import { type NamedSection, namedSections } from '../../elf/named-sections.ts';

const MAX_SECTIONS = 65_536;
const SYMBOL_BYTES = 24;
const RELA_BYTES = 24;
const RELA = 4;
/** `st_info`. */
const OBJECT = 1;
const FUNCTION = 2;
/** From here on section numbers have a meaning of their own. */
const RESERVED = 0xff00;

/** A symbol that a module defines. */
interface ModuleSymbol {
  readonly name: string;
  readonly isFunction: boolean;
  readonly isObject: boolean;
  readonly isGlobal: boolean;
  readonly section: number;
  readonly value: number;
}

/** A place in a module: a section by its number, and an offset in it. */
export interface ModulePlace {
  readonly section: number;
  readonly offset: number;
}

/** The parts of a module file that names are read from. Bounds are checked; nothing throws. */
export interface ModuleElf {
  readonly sections: readonly NamedSection[];
  bytesOf(section: number): Buffer;
  symbols(): Generator<ModuleSymbol>;
  /** Where a pointer at this place leads; undefined where there is none. */
  pointer(at: ModulePlace): ModulePlace | undefined;
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function textAt(bytes: Buffer, at: number): string {
  const end = bytes.indexOf(0, at);
  return bytes.toString('latin1', at, end < 0 ? bytes.length : end);
}

function* symbolsIn(entries: Buffer, names: Buffer): Generator<ModuleSymbol> {
  for (let at = SYMBOL_BYTES; at + SYMBOL_BYTES <= entries.length; at += SYMBOL_BYTES) {
    const info = entries.readUInt8(at + 4);
    const section = entries.readUInt16LE(at + 6);
    if (section === 0 || section >= RESERVED) continue;
    const type = info & 15;
    if (type !== OBJECT && type !== FUNCTION) continue;
    yield {
      name: textAt(names, entries.readUInt32LE(at)),
      isFunction: type === FUNCTION,
      isObject: type === OBJECT,
      isGlobal: info >> 4 === 1,
      section,
      value: Number(entries.readBigUInt64LE(at + 8)),
    };
  }
}

/** @returns undefined for what is not a whole ELF file with a symbol table */
export function openModule(elf: Buffer): ModuleElf | undefined {
  const sections = namedSections(elf, MAX_SECTIONS);
  const table = sections?.find(({ type }) => type === SECTION_TYPE.symtab);
  const strings = table && sections?.[table.link];
  if (sections === undefined || table === undefined || strings === undefined) return undefined;
  const entries = bufferOf(sectionBytes(elf, table));
  const names = bufferOf(sectionBytes(elf, strings));
  const relocations = new Map<number, Map<number, ModulePlace>>();
  const bytesOf = (number: number): Buffer => {
    const section = sections[number];
    return section === undefined ? Buffer.alloc(0) : bufferOf(sectionBytes(elf, section));
  };

  function placeOf(symbol: number, addend: number): ModulePlace | undefined {
    const at = symbol * SYMBOL_BYTES;
    if (at + SYMBOL_BYTES > entries.length) return undefined;
    const section = entries.readUInt16LE(at + 6);
    if (section === 0 || section >= RESERVED) return undefined;
    return { section, offset: Number(entries.readBigUInt64LE(at + 8)) + addend };
  }

  function relocationsOf(target: number): Map<number, ModulePlace> {
    const known = relocations.get(target);
    if (known !== undefined) return known;
    const found = new Map<number, ModulePlace>();
    for (const [number, { type, info }] of (sections ?? []).entries()) {
      if (type !== RELA || info !== target) continue;
      const bytes = bytesOf(number);
      for (let at = 0; at + RELA_BYTES <= bytes.length; at += RELA_BYTES) {
        const place = placeOf(bytes.readUInt32LE(at + 12), Number(bytes.readBigInt64LE(at + 16)));
        if (place !== undefined) found.set(Number(bytes.readBigUInt64LE(at)), place);
      }
    }
    relocations.set(target, found);
    return found;
  }

  return {
    sections,
    bytesOf,
    symbols: () => symbolsIn(entries, names),
    pointer: ({ section, offset }) => relocationsOf(section).get(offset),
  };
}

/** The C string at a place of a module. */
export function stringAt(module: ModuleElf, { section, offset }: ModulePlace): string {
  const bytes = module.bytesOf(section);
  return offset >= 0 && offset < bytes.length ? textAt(bytes, offset) : '';
}
