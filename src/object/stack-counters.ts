import { type Flow, flowGraph, joined } from './control-flow.ts';
import { type Insn, insnAt, isCall, isWideLoad, LDX, STX } from './opcodes.ts';

const FRAME = 10;
const MEMORY = 0x60;
const ALU = 4;
const ALU_64 = 7;
const ADD_64 = 0x07;
const ADD_32 = 0x04;
const MOVE = 0xbf;
const WORD = 0x00;
const LONG = 0x18;
/** Instructions between the parts of one step, as compilers order them. */
const NEAR = 4;
/** Instructions between the counting and the comparison that ends the loop. */
const NEAR_END = 8;
/** Shifts and a mask, by which compilers make four bytes of a register. */
const NARROWS: ReadonlySet<number> = new Set([0x67, 0x77, 0xc7, 0x57]);
const FROM_REGISTER = 0x08;
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
  /** The loop hands its address to a helper: what a function of the program does with it is followed. */
  readonly passed: boolean;
}

/**
 * Variables on the stack that are counted in each turn of the loop which the instruction `at` is in, and that it ends by. None
 * where that instruction is in a smaller loop as well that counts in no register: what it does not end by is not known then.
 */
export function stackCounters(code: DataView, insns: number, at: number): StackCounter[] {
  if (insns > MAX_INSNS || at < 0 || at >= insns) return [];
  const flow = flowGraph(code, insns);
  const around = joined(flow, at);
  const found: StackCounter[] = [];
  let tried = 0;
  for (let insn = 0; insn < insns && tried < MAX_TRIED; insn++) {
    const place = around[insn] === 1 ? countedAt(code, insns, insn) : undefined;
    if (!place || found.some(({ offset }) => offset === place.offset)) continue;
    tried++;
    const counter = { ...place, insn };
    if (!isCounted(code, flow, at, insn) || !endsBy(code, flow, around, counter)) continue;
    found.push({ ...counter, passed: addressTaken(code, insns, place.offset, around) });
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
function isCounted(code: DataView, flow: Flow, at: number, counting: number): boolean {
  const smaller = joined(flow, at, counting);
  if (smaller[at] !== 1) return true;
  return smaller.some((inside, index) => {
    const { code: operation } = insnAt(code, index);
    return inside === 1 && (operation === ADD_64 || operation === ADD_32) && !countedAt(code, smaller.length, index);
  });
}

/** A jump out of the loop compares what is counted: a loop that ends otherwise, or never, does not lack the number. */
function endsBy(code: DataView, { after }: Flow, around: Uint8Array, counter: Omit<StackCounter, 'passed'>): boolean {
  return around.some((inside, index) => {
    const targets = after[index] ?? [];
    if (inside !== 1 || targets.length < 2 || targets.every((target) => around[target] === 1)) return false;
    const jump = insnAt(code, index);
    const compared = (jump.code & FROM_REGISTER) === 0 ? [jump.destination] : [jump.destination, jump.source];
    return compared.some((register) => isCount(code, index, register, counter));
  });
}

/** The register holds what is counted in front of an instruction: the sum itself, or what was read again. */
function isCount(
  code: DataView,
  index: number,
  register: number,
  { insn, offset }: Omit<StackCounter, 'passed'>,
): boolean {
  for (let at = index - 1; at >= 0 && at >= index - NEAR_END; at--) {
    const made = insnAt(code, at);
    if (isCall(made.code)) return false;
    if (!makes(made, register) || NARROWS.has(made.code)) continue;
    return at === insn || (isAccess(made, LDX) && made.source === FRAME && made.offset === offset);
  }
  return false;
}

function makes({ code, destination }: Insn, register: number): boolean {
  return destination === register && (isWideLoad(code) || [LDX, ALU, ALU_64].includes(code & 7));
}

/** The call that comes next is of a helper, and not of a function of the object or one that is declared in it. */
function callsHelper(code: DataView, insns: number, from: number): boolean {
  for (let index = from; index < insns; index++) {
    const insn = insnAt(code, index);
    if (isCall(insn.code)) return insn.source === 0;
  }
  return false;
}

/** `r2 = r10; r2 += -4; call` in the loop. */
function addressTaken(code: DataView, insns: number, offset: number, around: Uint8Array): boolean {
  for (let index = 0; index < insns; index++) {
    const move = insnAt(code, index);
    if (around[index] !== 1 || move.code !== MOVE || move.source !== FRAME) continue;
    for (let next = index + 1; next <= Math.min(index + NEAR, insns - 1); next++) {
      const add = insnAt(code, next);
      if (add.code === ADD_64 && add.destination === move.destination && add.immediate === offset)
        if (callsHelper(code, insns, next + 1)) return true;
    }
  }
  return false;
}
