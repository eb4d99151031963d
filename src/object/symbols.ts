import { stringAt, viewOf } from './strings.ts';

const SYMBOL_BYTES = 24;
/** First section index that names no section. */
const SPECIAL_SECTION = 0xff00;
const COMMON_SECTION = 0xfff2;
/** Functions or externs beyond this are not looked at. */
const MAX_FOUND = 32_768;

export interface ElfSymbol {
  readonly index: number;
  readonly name: string;
  /** Index of its section; 0 when it is only declared, 65 280 and above for none (absolute, common). */
  readonly section: number;
  readonly value: number;
  readonly size: number;
  readonly type: 'none' | 'object' | 'func' | 'section' | 'other';
  readonly binding: 'local' | 'global' | 'weak' | 'other';
  readonly hidden: boolean;
}

export interface SymbolTable {
  readonly count: number;
  /** A symbol by its index; undefined outside of the table. */
  readonly get: (index: number) => ElfSymbol | undefined;
  /** Indexes of the functions that have a section. */
  readonly functions: readonly number[];
  /** Indexes of what is declared and not defined here. */
  readonly externs: readonly number[];
  /** Indexes of variables that no section has a place for (SHN_COMMON). */
  readonly common: readonly number[];
  /** There are more functions or externs than are looked at. */
  readonly cut: boolean;
}

const TYPES: readonly ElfSymbol['type'][] = ['none', 'object', 'func', 'section'];
const BINDINGS: readonly ElfSymbol['binding'][] = ['local', 'global', 'weak'];
const FUNC = 2;
const GLOBAL = 1;
const WEAK = 2;

/** Reads a symbol table: one pass for functions and externs, everything else when it is requested. */
export function symbolTable(bytes: Uint8Array, names: Uint8Array): SymbolTable {
  const view = viewOf(bytes);
  const count = Math.floor(bytes.length / SYMBOL_BYTES);
  const functions: number[] = [];
  const externs: number[] = [];
  const common: number[] = [];
  let cut = false;
  for (let index = 1; index < count; index++) {
    const info = bytes[index * SYMBOL_BYTES + 4] ?? 0;
    const section = view.getUint16(index * SYMBOL_BYTES + 6, true);
    const isFunction = (info & 15) === FUNC && section > 0 && section < SPECIAL_SECTION;
    const isExtern = (info === GLOBAL << 4 || info === WEAK << 4) && section === 0;
    const isCommon = section === COMMON_SECTION;
    if (!isFunction && !isExtern && !isCommon) continue;
    const list = isFunction ? functions : isExtern ? externs : common;
    if (list.length < MAX_FOUND) list.push(index);
    else cut = true;
  }
  return {
    count,
    functions,
    externs,
    common,
    cut,
    get: (index) => (index < count ? symbolAt(view, index, names) : undefined),
  };
}

function symbolAt(view: DataView, index: number, names: Uint8Array): ElfSymbol {
  const entry = index * SYMBOL_BYTES;
  const info = view.getUint8(entry + 4);
  const visibility = view.getUint8(entry + 5) & 3;
  return {
    index,
    name: stringAt(names, view.getUint32(entry, true)),
    section: view.getUint16(entry + 6, true),
    value: Number(view.getBigUint64(entry + 8, true)),
    size: Number(view.getBigUint64(entry + 16, true)),
    type: TYPES[info & 15] ?? 'other',
    binding: BINDINGS[info >> 4] ?? 'other',
    hidden: visibility === 1 || visibility === 2,
  };
}
