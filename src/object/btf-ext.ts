import type { Btf } from './btf.ts';
import { viewOf } from './strings.ts';

const MAGIC = 0xeb9f;
/** More records of one kind than any object has; what is beyond is left out. */
const MAX_RECORDS = 4_000_000;
const MAX_SECTIONS = 65_536;

/** Line records of one section, sorted by offset. Texts are looked up in `Btf` when they are needed. */
export interface LineTable {
  /** Bytes from the start of the section. */
  readonly offsets: Uint32Array;
  readonly files: Uint32Array;
  readonly texts: Uint32Array;
  /** Line and column packed as the kernel takes them: `line << 10 | column`. */
  readonly places: Uint32Array;
}

export interface CoreRecord {
  /** Bytes from the start of the section. */
  readonly offset: number;
  readonly type: number;
  readonly access: string;
  readonly kind: number;
}

export interface BtfExt {
  /** By section name. */
  readonly lines: ReadonlyMap<string, LineTable>;
  readonly core: ReadonlyMap<string, readonly CoreRecord[]>;
  /** Offsets of functions with a prototype in BTF, by section name. */
  readonly functions: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

interface Records {
  readonly section: string;
  readonly view: DataView;
  /** Where each record starts. */
  readonly at: (index: number) => number;
  readonly count: number;
}

/**
 * Reads `.BTF.ext`: which function, line and CO-RE access belongs to which byte of which section.
 * @returns a sentence instead when the section cannot be walked
 */
export function readBtfExt(bytes: Uint8Array, btf: Btf): BtfExt | { readonly problem: string } {
  if (bytes.length < 24) return { problem: `.BTF.ext has ${bytes.length} bytes, its header needs 24` };
  const view = viewOf(bytes);
  if (view.getUint16(0, true) !== MAGIC) return { problem: '.BTF.ext does not start with its magic number' };
  const header = view.getUint32(4, true);
  const read = (field: number, smallest: number): Records[] | undefined => {
    // Older compilers write a header that ends before the CO-RE fields.
    if (field + 8 > header || field + 8 > bytes.length) return [];
    const start = header + view.getUint32(field, true);
    const length = view.getUint32(field + 4, true);
    if (start + length > bytes.length) return undefined;
    return readPart(bytes.subarray(start, start + length), smallest, btf);
  };
  const functions = read(8, 8);
  const lines = read(16, 16);
  const core = read(24, 16);
  if (!functions || !lines || !core) return { problem: 'a part of .BTF.ext is damaged' };
  return {
    functions: new Map(functions.map((part) => [part.section, functionsOf(part)])),
    lines: new Map(lines.map((part) => [part.section, linesOf(part)])),
    core: new Map(core.map((part) => [part.section, coreOf(part, btf)])),
  };
}

/** Record size, then per section its name, the number of records and the records. */
function readPart(bytes: Uint8Array, smallest: number, btf: Btf): Records[] | undefined {
  if (bytes.length === 0) return [];
  if (bytes.length < 4) return undefined;
  const view = viewOf(bytes);
  const size = view.getUint32(0, true);
  if (size < smallest || size > 4096) return undefined;
  const parts: Records[] = [];
  let at = 4;
  let total = 0;
  while (at < bytes.length) {
    if (at + 8 > bytes.length) return undefined;
    const section = btf.string(view.getUint32(at, true));
    const count = view.getUint32(at + 4, true);
    const start = at + 8;
    total += count;
    if (count === 0 || start + count * size > bytes.length) return undefined;
    if (total > MAX_RECORDS || parts.length >= MAX_SECTIONS) return undefined;
    parts.push({ section, view, count, at: (index) => start + index * size });
    at = start + count * size;
  }
  return parts;
}

function functionsOf({ view, count, at }: Records): Map<number, number> {
  const found = new Map<number, number>();
  for (let index = 0; index < count; index++) {
    found.set(view.getUint32(at(index), true), view.getUint32(at(index) + 4, true));
  }
  return found;
}

function linesOf({ view, count, at }: Records): LineTable {
  const offset = (index: number): number => view.getUint32(at(index), true);
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  const sorted = order.every((index) => index === 0 || offset(index - 1) <= offset(index));
  if (!sorted) order.sort((a, b) => offset(a) - offset(b) || a - b);
  const column = (field: number): Uint32Array => order.map((index) => view.getUint32(at(index) + field, true));
  return { offsets: column(0), files: column(4), texts: column(8), places: column(12) };
}

function coreOf({ view, count, at }: Records, btf: Btf): CoreRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    offset: view.getUint32(at(index), true),
    type: view.getUint32(at(index) + 4, true),
    access: btf.string(view.getUint32(at(index) + 8, true)),
    kind: view.getUint32(at(index) + 12, true),
  }));
}
