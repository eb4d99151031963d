/** One section of an object made for a test. */
export interface SectionSpec {
  readonly name: string;
  readonly type?: number;
  readonly executable?: boolean;
  readonly bytes?: Uint8Array;
  /** Where it pretends to be; for sections that lie over others. */
  readonly at?: { readonly offset: number; readonly size: number };
  readonly info?: number;
}

export interface SymbolSpec {
  readonly name: string;
  /** Name of its section; empty for one that is only declared. */
  readonly section?: string;
  readonly value?: number;
  readonly size?: number;
  /** `st_info`: binding << 4 | type. */
  readonly info?: number;
}

const GLOBAL_FUNCTION = 0x12;
export const LOCAL_FUNCTION = 0x02;

class Strings {
  readonly #offsets = new Map<string, number>([['', 0]]);
  #text = '\0';

  at(text: string): number {
    const known = this.#offsets.get(text);
    if (known !== undefined) return known;
    const offset = this.#text.length;
    this.#offsets.set(text, offset);
    this.#text += `${text}\0`;
    return offset;
  }

  bytes(): Uint8Array {
    return new TextEncoder().encode(this.#text);
  }
}

/** Instructions of eight bytes each from `code, registers, offset, immediate`. */
export function insns(list: readonly (readonly [number, number?, number?, number?])[]): Uint8Array {
  const bytes = new Uint8Array(list.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [index, [code, registers = 0, offset = 0, immediate = 0]] of list.entries()) {
    view.setUint8(index * 8, code);
    view.setUint8(index * 8 + 1, registers);
    view.setInt16(index * 8 + 2, offset, true);
    view.setInt32(index * 8 + 4, immediate, true);
  }
  return bytes;
}

/** An ELF object of eBPF with these sections; a symbol table is put behind them when there are symbols. */
export function buildElf(specs: readonly SectionSpec[], symbols: readonly SymbolSpec[] = []): Uint8Array {
  const names = new Strings();
  const symbolNames = new Strings();
  const indexOf = new Map(specs.map(({ name }, index) => [name, index + 1]));
  const table = new Uint8Array((symbols.length + 1) * 24);
  const view = new DataView(table.buffer);
  for (const [index, { name, section = '', value = 0, size = 0, info = GLOBAL_FUNCTION }] of symbols.entries()) {
    const at = (index + 1) * 24;
    view.setUint32(at, symbolNames.at(name), true);
    view.setUint8(at + 4, info);
    view.setUint16(at + 6, indexOf.get(section) ?? 0, true);
    view.setBigUint64(at + 8, BigInt(value), true);
    view.setBigUint64(at + 16, BigInt(size), true);
  }
  const link = specs.length + 2;
  const all = [
    ...specs,
    { name: '.symtab', type: 2, bytes: table, link },
    { name: '.strtab', type: 3, bytes: symbolNames.bytes() },
  ].map((spec) => ({ ...spec, nameAt: names.at(spec.name) }));
  const own = names.at('.shstrtab');
  return layOut([...all, { name: '.shstrtab', type: 3, bytes: names.bytes(), nameAt: own }]);
}

function layOut(sections: readonly (SectionSpec & { nameAt: number; link?: number })[]): Uint8Array {
  const body = sections.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 64);
  const table = Math.ceil(body / 8) * 8;
  const file = new Uint8Array(table + (sections.length + 1) * 64);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 1, true);
  view.setUint16(18, 247, true);
  view.setBigUint64(40, BigInt(table), true);
  view.setUint16(58, 64, true);
  view.setUint16(60, sections.length + 1, true);
  view.setUint16(62, sections.length, true);
  let at = 64;
  for (const [
    index,
    { nameAt, type = 1, executable = false, bytes, at: place, link = 0, info = 0 },
  ] of sections.entries()) {
    const entry = table + (index + 1) * 64;
    view.setUint32(entry, nameAt, true);
    view.setUint32(entry + 4, type, true);
    view.setBigUint64(entry + 8, executable ? 6n : 0n, true);
    view.setBigUint64(entry + 24, BigInt(place?.offset ?? at), true);
    view.setBigUint64(entry + 32, BigInt(place?.size ?? bytes?.length ?? 0), true);
    view.setUint32(entry + 40, link, true);
    view.setUint32(entry + 44, info, true);
    view.setBigUint64(entry + 56, 16n, true);
    if (bytes) file.set(bytes, at);
    at += bytes?.length ?? 0;
  }
  return file;
}

/** A `.BTF` section: types are given as words of four bytes, strings by their index in `strings`. */
export function buildBtf(words: readonly number[], strings: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(24 + words.length * 4 + strings.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xeb9f, true);
  view.setUint8(2, 1);
  view.setUint32(4, 24, true);
  view.setUint32(12, words.length * 4, true);
  view.setUint32(16, words.length * 4, true);
  view.setUint32(20, strings.length, true);
  for (const [index, word] of words.entries()) view.setUint32(24 + index * 4, word, true);
  bytes.set(strings, 24 + words.length * 4);
  return bytes;
}
