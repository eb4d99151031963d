import { SECTION_TYPE } from '../elf/elf-file.ts';
import type { Elf, Section } from './elf.ts';
import type { ElfSymbol } from './symbols.ts';

/** Bytes of one instruction slot. */
export const INSN_BYTES = 8;

/** A function of the object: a program where its section is not `.text`, a subprogram otherwise. */
export interface ObjectFunction {
  /** Position in the list, which has libbpf's order: by section, then by offset. */
  readonly index: number;
  readonly name: string;
  /** Index of its section in the file. */
  readonly section: number;
  /** Name of its section as it stands in the file, with a `?` in front where there is one. */
  readonly sectionName: string;
  /** Bytes from the start of the section. */
  readonly offset: number;
  /** Instruction slots; a 64-bit load takes two. */
  readonly insns: number;
  readonly binding: ElfSymbol['binding'];
  readonly hidden: boolean;
  readonly code: Uint8Array;
}

export interface FunctionTable {
  readonly list: readonly ObjectFunction[];
  /** The function that an instruction of a section belongs to. */
  readonly at: (section: number, insn: number) => ObjectFunction | undefined;
  readonly problems: readonly string[];
}

/** Finds the functions of all sections with code. */
export function readFunctions(elf: Elf): FunctionTable {
  const problems: string[] = [];
  const found: Omit<ObjectFunction, 'index'>[] = [];
  let room = elf.sections.reduce((sum, section) => sum + (section.executable ? section.bytes.length : 0), 0);
  for (const index of elf.symbols.functions) {
    const symbol = elf.symbols.get(index);
    const section = symbol && elf.sections[symbol.section];
    if (!symbol || !section?.executable || section.type !== SECTION_TYPE.progbits) continue;
    const wrong = damage(symbol, section);
    room -= wrong ? 0 : symbol.size;
    if (wrong || room < 0) {
      problems.push(`function ${symbol.name} of section ${section.name} ${wrong ?? 'lies over another one'}`);
    } else found.push(functionOf(symbol, section));
  }
  found.sort((a, b) => a.section - b.section || a.offset - b.offset);
  const list = found.map((entry, index) => ({ index, ...entry }));
  return { list, problems, at: (section, insn) => findAt(list, section, insn * INSN_BYTES) };
}

function damage({ value, size }: ElfSymbol, section: Section): string | undefined {
  if (size === 0) return 'is empty';
  if (value % INSN_BYTES !== 0 || size % INSN_BYTES !== 0) return 'does not consist of whole instructions';
  if (value + size > section.bytes.length) return 'crosses the end of its section';
  return undefined;
}

function functionOf(symbol: ElfSymbol, section: Section): Omit<ObjectFunction, 'index'> {
  return {
    name: symbol.name,
    section: section.index,
    sectionName: section.name,
    offset: symbol.value,
    insns: symbol.size / INSN_BYTES,
    binding: symbol.binding,
    hidden: symbol.hidden,
    code: section.bytes.subarray(symbol.value, symbol.value + symbol.size),
  };
}

/** The last function that starts at or before the byte, if it reaches that far. */
function findAt(list: readonly ObjectFunction[], section: number, byte: number): ObjectFunction | undefined {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const candidate = list[middle];
    if (candidate && (candidate.section < section || (candidate.section === section && candidate.offset <= byte)))
      low = middle + 1;
    else high = middle;
  }
  const found = list[low - 1];
  return found?.section === section && byte < found.offset + found.insns * INSN_BYTES ? found : undefined;
}
