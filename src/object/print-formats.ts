import type { CodeFacts } from './code.ts';
import type { Elf } from './elf.ts';
import { INSN_BYTES, type ObjectFunction } from './functions.ts';
import { isCall } from './opcodes.ts';
import type { References } from './references.ts';
import { followPointers } from './registers.ts';
import { stringAt, viewOf } from './strings.ts';

/** Helpers that look at their format when they run, with the register that it is in. bpf_snprintf() is rejected at load. */
const PRINTS: ReadonlyMap<number, { readonly name: string; readonly register: number }> = new Map([
  [6, { name: 'bpf_trace_printk', register: 1 }],
  [126, { name: 'bpf_seq_printf', register: 2 }],
  [177, { name: 'bpf_trace_vprintk', register: 1 }],
]);
/** Calls beyond this are not looked at. */
const MAX_FOUND = 256;
/** Instructions of functions that print which are looked at for one object. */
const MAX_INSNS = 1_000_000;

/** A call that prints nothing on any kernel: the helper rejects its format each time it runs. */
export interface WrongFormat {
  /** Position of its function in the list of functions. */
  readonly fn: number;
  /** Instruction slot of the call from the start of the function. */
  readonly insn: number;
  readonly helper: string;
  readonly format: string;
  /** The first conversion in it that no kernel takes. */
  readonly conversion: string;
}

/**
 * The first conversion of a format string that the BPF helpers of no kernel take; undefined for a good one, and for what
 * newer kernels take (5.10 knows no widths, %c, %X and kinds of %p).
 */
export function wrongConversion(format: string): string | undefined {
  for (const [conversion] of format.matchAll(/%(?:%|[^a-zA-Z%]*(?:hh|ll|[hlLjztq])?[a-zA-Z]?)/g)) {
    if (conversion !== '%%' && !/^%[-+ 0]*\d*(?:p|s|c|l{0,2}[diuxX])$/.test(conversion)) return conversion;
  }
  return undefined;
}

/** Calls with a format of the object's constants that no kernel takes. */
export function readWrongFormats(
  elf: Elf,
  functions: readonly ObjectFunction[],
  code: readonly CodeFacts[],
  references: References,
): WrongFormat[] {
  const found: WrongFormat[] = [];
  const constants = constantsOf(elf);
  let room = MAX_INSNS;
  for (const fn of functions) {
    if (!Array.from(PRINTS.keys()).some((helper) => code[fn.index]?.helpers.has(helper))) continue;
    room -= fn.insns;
    if (room < 0 || found.length >= MAX_FOUND) break;
    const view = viewOf(fn.code);
    followPointers(
      view,
      fn.insns,
      undefined,
      (index, { immediate }) => {
        const symbol = references.symbolAt(fn.section, fn.offset / INSN_BYTES + index);
        const target = symbol === undefined ? undefined : references.resolve(symbol);
        return target?.kind === 'section' ? constants.address(target.section, target.offset + immediate) : undefined;
      },
      (index, insn, pointers) => {
        const print = isCall(insn.code) && insn.source === 0 ? PRINTS.get(insn.immediate) : undefined;
        const format = print && constants.text(pointers(print.register));
        const conversion = format && wrongConversion(format);
        if (!print || !conversion || found.length >= MAX_FOUND) return;
        found.push({ fn: fn.index, insn: index, helper: print.name, format, conversion });
      },
    );
  }
  return found;
}

/** All read-only sections as one range of addresses. */
function constantsOf(elf: Elf) {
  const sections = elf.sections.filter(({ name }) => /^\.rodata(?:\.|$)/.test(name));
  const starts = new Map<number, number>();
  let end = 0;
  for (const { index, bytes } of sections) {
    starts.set(index, end);
    end += bytes.length;
  }
  return {
    address: (section: number, offset: number): number | undefined => {
      const start = starts.get(section);
      const size = elf.sections[section]?.bytes.length ?? 0;
      return start === undefined || offset < 0 || offset >= size ? undefined : start + offset;
    },
    text: (address: number | undefined): string | undefined => {
      if (address === undefined) return undefined;
      const section = sections.findLast(({ index }) => (starts.get(index) ?? 0) <= address);
      return section && stringAt(section.bytes, address - (starts.get(section.index) ?? 0));
    },
  };
}
