import {
  ELF_MACHINE,
  HEADER_BYTES,
  hasBytes,
  readElfHeader,
  readElfIdentity,
  readSectionEntries,
} from '../../elf/elf-file.ts';
import { checkObjectHeader, isBpfHeader, MAX_OBJECT_BYTES } from '../header.ts';

/** A BPF object that lies somewhere in other bytes, such as the data of a program. */
export interface FoundObject {
  /** Its first byte. */
  readonly at: number;
  /** Bytes up to the end of its last section or table. */
  readonly size: number;
}

export interface FoundObjects {
  /** In the order in which they lie there; none lies in another. */
  readonly objects: readonly FoundObject[];
  /** Where something begins as an object does and is not whole: cut off, or with tables that cannot be read. */
  readonly damaged: readonly number[];
  /** There are more than are taken. */
  readonly cut: boolean;
  /** Objects for big-endian kernels, which are left out: none of the kernels here is one. */
  readonly bigEndian: number;
}

/** Objects of one file. Programs with the most have some fifty. */
export const MAX_OBJECTS = 256;
/** What is taken of one that is damaged, whose length is unknown: enough to say what is wrong with it. */
export const DAMAGED_BYTES = 64 * 1024;
/** An untrusted file may be full of beginnings; each costs a look at its tables. */
const MAX_BEGINNINGS = 4096;
const MAX_SECTIONS = 4096;
/** Of all beginnings together, which may all speak of one large table. */
const MAX_LOOKED_AT = 500_000;

/** `\x7fELF`, 64-bit, little-endian, version 1; with big-endian the other byte order. */
const LITTLE = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
const BIG = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 2, 1]);

/** Sections that may still be looked at in one file. */
interface Budget {
  sections: number;
}

/** Bytes that the tables of an ELF file account for; undefined where they do not lie in `bytes`. */
function extentOf(bytes: Uint8Array, budget: Budget): number | undefined {
  const header = readElfHeader(bytes);
  if (header === undefined || header.sections.offset === 0n || header.sections.count > BigInt(MAX_SECTIONS))
    return undefined;
  budget.sections -= Number(header.sections.count);
  const entries = readSectionEntries(bytes, header.sections, MAX_SECTIONS);
  if (entries === undefined) return undefined;
  const { offset, entryBytes, count } = header.sections;
  let end = offset + BigInt(entryBytes) * count;
  for (const section of entries) {
    const last = section.offset + section.size;
    if (hasBytes(section) && last > end) end = last;
  }
  return end > BigInt(Math.min(bytes.length, MAX_OBJECT_BYTES)) ? undefined : Number(end);
}

/** The object that begins with these bytes; undefined where none does. */
function objectAt(bytes: Uint8Array, budget: Budget): number | undefined {
  // The field of the machine may be empty in a file of its own; within other bytes that would be a guess.
  if (bytes.length < HEADER_BYTES || readElfIdentity(bytes)?.machine !== ELF_MACHINE.bpf) return undefined;
  const size = extentOf(bytes, budget);
  if (size === undefined || checkObjectHeader(bytes.subarray(0, size)) !== undefined) return undefined;
  return size;
}

function countBigEndian(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(BIG); at >= 0 && count < MAX_OBJECTS; at = bytes.indexOf(BIG, at + 1)) {
    if (readElfIdentity(bytes.subarray(at, at + HEADER_BYTES))?.machine === ELF_MACHINE.bpf) count++;
  }
  return count;
}

/**
 * Finds the BPF objects in a file of any kind by their headers: embedded with go:embed, in a skeleton of libbpf, with
 * include_bytes. Packed ones are not seen. Never throws, whatever the bytes are.
 */
export function findObjects(file: Uint8Array): FoundObjects {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const objects: FoundObject[] = [];
  const damaged: number[] = [];
  const budget: Budget = { sections: MAX_LOOKED_AT };
  let beginnings = 0;
  let from = 0;
  for (;;) {
    const at = bytes.indexOf(LITTLE, from);
    if (at < 0 || budget.sections < 0 || beginnings++ > MAX_BEGINNINGS) break;
    const size = objectAt(bytes.subarray(at), budget);
    const isDamaged = size === undefined && isBpfHeader(bytes.subarray(at, at + HEADER_BYTES));
    if ((size !== undefined || isDamaged) && objects.length + damaged.length === MAX_OBJECTS)
      return { objects, damaged, cut: true, bigEndian: countBigEndian(bytes) };
    if (size !== undefined) objects.push({ at, size });
    if (isDamaged) damaged.push(at);
    from = at + (size ?? 1);
  }
  const cut = beginnings > MAX_BEGINNINGS || budget.sections < 0;
  return { objects, damaged, cut, bigEndian: countBigEndian(bytes) };
}
