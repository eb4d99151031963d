import { joined, reaches } from './control-flow.ts';
import { type Insn, insnAt, LDX, STX } from './opcodes.ts';

const FRAME = 10;
const MEMORY = 0x60;
const ADD_64 = 0x07;
const ADD_32 = 0x04;
const MOVE = 0xbf;
const WORD = 0x00;
const LONG = 0x18;
/** Instructions between the parts of one step, as compilers order them. */
const NEAR = 4;
/** Longer functions are not followed. */
const MAX_INSNS = 65_536;
/** Additions that are looked at; loops count in a few variables. */
const MAX_TRIED = 32;

/** A variable on the stack that a loop counts in. */
export interface StackCounter {
  /** The addition, counted from the start of the function. */
  readonly insn: number;
  /** Bytes from the end of the frame, below zero. */
  readonly offset: number;
  /** Bytes of the variable. */
  readonly width: 4 | 8;
  /** The loop hands its address to something. */
  readonly passed: boolean;
}

/**
 * Variables on the stack that are counted in each turn of the loop which the instruction `at` is in. None where that
 * instruction is in a smaller loop as well that counts in a register: what it does not end by is not known then.
 */
export function stackCounters(code: DataView, insns: number, at: number): StackCounter[] {
  if (insns > MAX_INSNS || at < 0 || at >= insns) return [];
  const around = joined(code, insns, at);
  const found: StackCounter[] = [];
  let tried = 0;
  for (let insn = 0; insn < insns && tried < MAX_TRIED; insn++) {
    const place = around[insn] === 1 ? countedAt(code, insns, insn) : undefined;
    if (!place || found.some(({ offset }) => offset === place.offset)) continue;
    tried++;
    if (!isCounted(code, insns, at, insn)) continue;
    found.push({ ...place, insn, passed: addressTaken(code, insns, place.offset, around) });
  }
  return found;
}

/** `*(u32 *)(r10 - 4) += 1` as compilers write it: a load, an addition, a store. */
function countedAt(code: DataView, insns: number, index: number): { offset: number; width: 4 | 8 } | undefined {
  const add = insnAt(code, index);
  if (add.code !== ADD_64 && add.code !== ADD_32) return undefined;
  const near = (step: 1 | -1, fits: (insn: Insn) => boolean): Insn | undefined => {
    for (let far = 1; far <= NEAR; far++) {
      const other = index + far * step;
      const insn = other >= 0 && other < insns ? insnAt(code, other) : undefined;
      if (insn && fits(insn)) return insn;
    }
    return undefined;
  };
  const load = near(-1, (insn) => isAccess(insn, LDX) && insn.destination === add.destination);
  const stores = (insn: Insn): boolean => isAccess(insn, STX) && insn.source === add.destination;
  const store = near(1, (insn) => stores(insn) && insn.destination === FRAME);
  if (load?.source !== FRAME || store?.offset !== load.offset || (store.code & LONG) !== (load.code & LONG))
    return undefined;
  return { offset: load.offset, width: (load.code & LONG) === LONG ? 8 : 4 };
}

function isAccess({ code }: Insn, kind: number): boolean {
  return (code & 0xe7) === (MEMORY | kind) && ((code & LONG) === WORD || (code & LONG) === LONG);
}

/** Without the counting there is no loop around `at`, or one that counts in a register, which the verifier follows. */
function isCounted(code: DataView, insns: number, at: number, counting: number): boolean {
  const smaller = joined(code, insns, at, counting);
  if (reaches(code, insns, at, counting)[at] !== 1) return true;
  return smaller.some((inside, index) => {
    const { code: operation } = insnAt(code, index);
    return inside === 1 && (operation === ADD_64 || operation === ADD_32) && !countedAt(code, insns, index);
  });
}

/** `r2 = r10; r2 += -4` in the loop. */
function addressTaken(code: DataView, insns: number, offset: number, around: Uint8Array): boolean {
  for (let index = 0; index < insns; index++) {
    const move = insnAt(code, index);
    if (around[index] !== 1 || move.code !== MOVE || move.source !== FRAME) continue;
    for (let next = index + 1; next <= Math.min(index + NEAR, insns - 1); next++) {
      const add = insnAt(code, next);
      if (add.code === ADD_64 && add.destination === move.destination && add.immediate === offset) return true;
    }
  }
  return false;
}
