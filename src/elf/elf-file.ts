/**
 * The one reader of ELF headers (System V ABI, chapter 4): of compiled objects, kernel modules, the guest's validator and
 * the users' own programs. It reads 64-bit little-endian files, checks bounds and never throws.
 */

export const ELF_CLASS = { bits32: 1, bits64: 2 } as const;
export const ELF_ORDER = { little: 1, big: 2 } as const;
export const ELF_TYPE = { relocatable: 1 } as const;
/** `e_machine`. */
export const ELF_MACHINE = { none: 0, x86_64: 62, aarch64: 183, bpf: 247 } as const;
/** `sh_type`. */
export const SECTION_TYPE = { null: 0, progbits: 1, symtab: 2, nobits: 8, rel: 9 } as const;
/** `p_type`. */
export const SEGMENT_TYPE = { load: 1, dynamic: 2, interp: 3, note: 4 } as const;

const MAGIC = [0x7f, 0x45, 0x4c, 0x46];
const IDENTITY_BYTES = 20;
export const HEADER_BYTES = 64;
export const SECTION_BYTES = 64;
const SEGMENT_BYTES = 56;
/** Index that says: the real one stands in the first section. */
const ESCAPED_INDEX = 0xffff;

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Whether a file begins like an ELF file, as far as it goes; an empty one does not. */
export function hasElfMagic(bytes: Uint8Array): boolean {
  return bytes.length > 0 && MAGIC.slice(0, bytes.length).every((byte, index) => bytes[index] === byte);
}

/** What the first 20 bytes say, in the file's own byte order. */
export interface ElfIdentity {
  /** 1: 32-bit, 2: 64-bit; anything else is damage. */
  readonly elfClass: number;
  /** 1: little-endian, 2: big-endian; anything else is damage. */
  readonly order: number;
  readonly type: number;
  readonly machine: number;
}

/** @returns undefined for a file that is not an ELF file or shorter than that */
export function readElfIdentity(bytes: Uint8Array): ElfIdentity | undefined {
  if (!hasElfMagic(bytes) || bytes.length < IDENTITY_BYTES) return undefined;
  const view = viewOf(bytes);
  const order = view.getUint8(5);
  const little = order !== ELF_ORDER.big;
  return { elfClass: view.getUint8(4), order, type: view.getUint16(16, little), machine: view.getUint16(18, little) };
}

/** A table of the file: where it begins, and how many entries of what size it has. Nothing says that it lies inside. */
export interface ElfTable {
  readonly offset: bigint;
  readonly entryBytes: number;
  readonly count: bigint;
}

export interface ElfHeader extends ElfIdentity {
  /** Where the program starts; 0: it does not. */
  readonly entry: bigint;
  readonly segments: ElfTable;
  readonly sections: ElfTable;
  /** Section with the names of all sections. */
  readonly namesIndex: number;
}

/** @returns undefined for a file that is no 64-bit little-endian ELF file, or shorter than its header */
export function readElfHeader(bytes: Uint8Array): ElfHeader | undefined {
  const identity = readElfIdentity(bytes);
  if (identity?.elfClass !== ELF_CLASS.bits64 || identity.order !== ELF_ORDER.little) return undefined;
  if (bytes.length < HEADER_BYTES) return undefined;
  const view = viewOf(bytes);
  const offset = view.getBigUint64(40, true);
  // Numbers that do not fit into the header stand in the first section.
  const first = offset !== 0n && offset + BigInt(SECTION_BYTES) <= BigInt(bytes.length) ? Number(offset) : undefined;
  const count = view.getUint16(60, true);
  const namesIndex = view.getUint16(62, true);
  return {
    ...identity,
    entry: view.getBigUint64(24, true),
    segments: {
      offset: view.getBigUint64(32, true),
      entryBytes: view.getUint16(54, true),
      count: BigInt(view.getUint16(56, true)),
    },
    sections: {
      offset,
      entryBytes: view.getUint16(58, true),
      count: count === 0 && first !== undefined ? view.getBigUint64(first + 32, true) : BigInt(count),
    },
    namesIndex: namesIndex === ESCAPED_INDEX && first !== undefined ? view.getUint32(first + 40, true) : namesIndex,
  };
}

/** Whether all entries of a table lie inside of a file of so many bytes. */
function tableFits({ offset, entryBytes, count }: ElfTable, bytes: number): boolean {
  return offset + BigInt(entryBytes) * count <= BigInt(bytes);
}

export interface SectionEntry {
  /** Where its name begins in the section of names. */
  readonly nameAt: number;
  readonly type: number;
  readonly flags: bigint;
  readonly offset: bigint;
  readonly size: bigint;
  readonly link: number;
  readonly info: number;
}

/** Whether the section has bytes in the file. */
export function hasBytes({ type }: SectionEntry): boolean {
  return type !== SECTION_TYPE.null && type !== SECTION_TYPE.nobits;
}

/**
 * The first `most` entries of the section table; what their sections say of the file is not checked.
 * @returns undefined for a table that does not lie inside of the file
 */
export function readSectionEntries(bytes: Uint8Array, table: ElfTable, most: number): SectionEntry[] | undefined {
  const { offset, entryBytes, count } = table;
  if (offset === 0n) return [];
  if (entryBytes < SECTION_BYTES || !tableFits(table, bytes.length)) return undefined;
  const view = viewOf(bytes);
  return Array.from({ length: Math.min(Number(count), most) }, (_, index) => {
    const at = Number(offset) + index * entryBytes;
    return {
      nameAt: view.getUint32(at, true),
      type: view.getUint32(at + 4, true),
      flags: view.getBigUint64(at + 8, true),
      offset: view.getBigUint64(at + 24, true),
      size: view.getBigUint64(at + 32, true),
      link: view.getUint32(at + 40, true),
      info: view.getUint32(at + 44, true),
    };
  });
}

/** Bytes of a section in the file; none for a section that has none, and what lies beyond the file is not there. */
export function sectionBytes(bytes: Uint8Array, section: SectionEntry): Uint8Array {
  if (!hasBytes(section) || section.offset > BigInt(bytes.length)) return new Uint8Array();
  const offset = Number(section.offset);
  return bytes.subarray(offset, offset + Number(section.size));
}

export interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  /** Bytes in the file. */
  readonly size: number;
}

/** @returns undefined for a table that does not lie inside of the file or has more than `most` entries */
export function readSegments(bytes: Uint8Array, table: ElfTable, most: number): Segment[] | undefined {
  const { offset, entryBytes, count } = table;
  if (count === 0n) return [];
  if (entryBytes < SEGMENT_BYTES || count > BigInt(most) || !tableFits(table, bytes.length)) return undefined;
  const view = viewOf(bytes);
  return Array.from({ length: Number(count) }, (_, index) => {
    const at = Number(offset) + index * entryBytes;
    return {
      type: view.getUint32(at, true),
      offset: Number(view.getBigUint64(at + 8, true)),
      address: Number(view.getBigUint64(at + 16, true)),
      size: Number(view.getBigUint64(at + 32, true)),
    };
  });
}
