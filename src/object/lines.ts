import type { SourceLocation } from '../model/finding.ts';
import type { Btf } from './btf.ts';
import type { LineTable } from './btf-ext.ts';
import { INSN_BYTES, type ObjectFunction } from './functions.ts';
import type { Layout, Placed } from './layout.ts';

/** A line record of a program, with instructions counted as the kernel counts them. */
export interface ProgramLine {
  readonly insn: number;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
  readonly function: string;
}

/** What is needed to find lines: the tables of an object. */
export interface LineSources {
  readonly btf: Btf | undefined;
  readonly lines: ReadonlyMap<string, LineTable>;
  readonly functions: readonly ObjectFunction[];
}

/** The line of an instruction of a program as the kernel gets it; undefined when the object does not say. */
export function lineOfInsn(sources: LineSources, layout: Layout, insn: number): SourceLocation | undefined {
  const part = partAt(layout.parts, insn);
  const fn = part && sources.functions[part.fn];
  if (!part || !fn || insn - part.start >= fn.insns) return undefined;
  return lineInFunction(sources, fn, insn - part.start, insn);
}

/**
 * The line of a byte of a section.
 * @param section its name as it stands in the file
 */
export function lineAtOffset(sources: LineSources, section: string, offset: number): SourceLocation | undefined {
  const fn = sources.functions.find(
    (each) => each.sectionName === section && each.offset <= offset && offset < each.offset + each.insns * INSN_BYTES,
  );
  return fn && lineInFunction(sources, fn, Math.floor((offset - fn.offset) / INSN_BYTES), undefined);
}

/** All line records of a program, in the order of its instructions. */
export function linesOfProgram(sources: LineSources, layout: Layout): ProgramLine[] {
  return layout.parts.flatMap(({ fn: index, start }) => {
    const fn = sources.functions[index];
    const table = fn && sources.lines.get(fn.sectionName);
    if (!fn || !table) return [];
    const from = firstAtLeast(table.offsets, fn.offset);
    const to = firstAtLeast(table.offsets, fn.offset + fn.insns * INSN_BYTES);
    return Array.from({ length: to - from }, (_, i) => ({
      insn: start + Math.floor(((table.offsets[from + i] ?? 0) - fn.offset) / INSN_BYTES),
      ...recordAt(sources.btf, table, from + i),
      function: fn.name,
    }));
  });
}

/**
 * The line of an instruction of a function.
 * @param own slots from the start of the function
 * @param insn the number that the result shall carry
 */
export function lineInFunction(
  sources: LineSources,
  fn: ObjectFunction,
  own: number,
  insn: number | undefined,
): SourceLocation | undefined {
  const table = sources.lines.get(fn.sectionName);
  if (!table) return undefined;
  const byte = fn.offset + own * INSN_BYTES;
  // The record that starts last at or before the instruction; one of another function says nothing.
  let record = firstAtLeast(table.offsets, byte + 1) - 1;
  // Line 0 stands for code that the compiler made up: the line before it is the one that a person wrote.
  while (record > 0 && (table.places[record] ?? 0) >>> 10 === 0) record--;
  if (record < 0 || (table.offsets[record] ?? 0) < fn.offset) return undefined;
  return { ...recordAt(sources.btf, table, record), function: fn.name, insn, certainty: 'table' };
}

function recordAt(btf: Btf | undefined, table: LineTable, index: number) {
  const place = table.places[index] ?? 0;
  return {
    file: btf?.string(table.files[index] ?? 0) ?? '',
    line: place >>> 10,
    column: place & 0x3ff,
    text: btf?.string(table.texts[index] ?? 0) ?? '',
  };
}

function partAt(parts: readonly Placed[], insn: number): Placed | undefined {
  if (!Number.isInteger(insn) || insn < 0) return undefined;
  let low = 0;
  let high = parts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((parts[middle]?.start ?? 0) <= insn) low = middle + 1;
    else high = middle;
  }
  return parts[low - 1];
}

/** Index of the first value that is at least `wanted`; the length when there is none. */
function firstAtLeast(sorted: Uint32Array, target: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < target) low = middle + 1;
    else high = middle;
  }
  return low;
}
