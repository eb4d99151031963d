import { buildElf, type SymbolSpec } from '../object/elf-builder.ts';

/** Where the program's file begins in memory. */
export const BASE = 0x400000;
const SEGMENT_BYTES = 56;

/** A symbol of data: local, of the type OBJECT; `file` begins the symbols of another source file. */
export const DATA = 0x01;
export const FILE = 0x04;

export interface ProgramSpec {
  /** What its data are; the same bytes lie at `BASE` and their offset. */
  readonly data: Uint8Array;
  /** Symbols of the data, by their offset in it. */
  readonly symbols?: (at: number) => readonly SymbolSpec[];
  /** Makes the data again with what its address is. */
  readonly linked?: (address: number) => Uint8Array;
}

/** An executable of x86_64 with these data. It runs nowhere: nothing but its tables is looked at. */
export function buildProgram({ data, symbols, linked }: ProgramSpec): Uint8Array {
  const build = (bytes: Uint8Array, list: readonly SymbolSpec[]): Uint8Array =>
    buildElf([{ name: '.rodata', bytes }], list);
  const place = Buffer.from(build(data, [])).indexOf(Buffer.from(data));
  const body = build(linked?.(BASE + place) ?? data, symbols?.(BASE + place) ?? []);
  const whole = new Uint8Array(body.length + SEGMENT_BYTES);
  whole.set(body);
  const view = new DataView(whole.buffer);
  view.setUint16(16, 2, true);
  view.setUint16(18, 62, true);
  view.setBigUint64(32, BigInt(body.length), true);
  view.setUint16(54, SEGMENT_BYTES, true);
  view.setUint16(56, 1, true);
  view.setUint32(body.length, 1, true);
  view.setBigUint64(body.length + 16, BigInt(BASE), true);
  view.setBigUint64(body.length + 32, BigInt(body.length), true);
  return whole;
}
