import { flowOf, type Insn, insnAt, isCall, isWideLoad, LDX, ST, STX } from './opcodes.ts';

const PSEUDO_CALL = 1;
const ARITHMETIC_64 = 7;
const FROM_REGISTER = 0x08;
const MOVE = 0xb0;

/** Registers that a call takes, and those that it leaves without a value. */
const ARGUMENTS = 0b111110;
const CLOBBERED = 0b111111;
/** What is known of registers: a bit each where it may hold the context, and one where it may point to the stack. */
const STACK_BITS = 12;
const FRAME = 1 << (STACK_BITS + 10);
/** The context may be on the stack. */
const SAVED = 1 << 11;

/** Where the context may be when a program begins: in its first argument. */
export const IN_PROGRAM = 0b10 | FRAME;
/** A subprogram may have it in any argument, or behind any. */
export const IN_SUBPROGRAM = ARGUMENTS | (ARGUMENTS << STACK_BITS) | FRAME | SAVED;

export interface ContextUse {
  /** A store goes to the context, or may. */
  readonly writes: boolean;
  /** What is called is given the context, or may be. */
  readonly passes: boolean;
}

/**
 * Follows the context through the registers of one function, all paths together: what cannot be ruled out counts.
 * @param start `IN_PROGRAM` or `IN_SUBPROGRAM`
 */
export function contextUse(code: DataView, insns: number, start: number): ContextUse {
  const states = new Uint32Array(insns);
  const waiting: number[] = [];
  let writes = false;
  let passes = false;
  const reach = (index: number, state: number): void => {
    const known = states[index];
    if (known === undefined || (known | state) === known) return;
    states[index] = known | state;
    waiting.push(index);
  };
  reach(0, start);
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    const insn = insnAt(code, index);
    const state = states[index] ?? 0;
    if (isStore(insn) && has(state, insn.destination)) writes = true;
    if (isCall(insn.code) && mayPass(insn, state)) passes = true;
    const next = after(insn, state);
    const { falls, jump } = flowOf(insn);
    if (falls) reach(index + (isWideLoad(insn.code) ? 2 : 1), next);
    if (jump !== undefined) reach(index + 1 + jump, next);
  }
  return { writes, passes };
}

function has(state: number, bit: number): boolean {
  return ((state >>> bit) & 1) === 1;
}

function isStore({ code }: Insn): boolean {
  return (code & 7) === ST || (code & 7) === STX;
}

/** Helpers hand what they are given to callbacks only by way of the stack. */
function mayPass({ source }: Insn, state: number): boolean {
  return (state & SAVED) !== 0 || (source === PSEUDO_CALL && (state & ARGUMENTS) !== 0);
}

/** The bits of one register. */
function both(register: number): number {
  return (1 << register) | (1 << (register + STACK_BITS));
}

/** What is known behind an instruction. */
function after(insn: Insn, state: number): number {
  const { code, destination, source } = insn;
  if (isCall(code)) return state & ~(CLOBBERED | (CLOBBERED << STACK_BITS));
  const cleared = state & ~both(destination);
  switch (code & 7) {
    case STX:
      return has(state, source) ? state | SAVED : state;
    case LDX:
      return has(state, source + STACK_BITS) && (state & SAVED) !== 0 ? cleared | (1 << destination) : cleared;
    case ARITHMETIC_64: {
      const copied = (code & FROM_REGISTER) === 0 ? 0 : copyOf(state, source, destination);
      // Whatever is reckoned with a pointer is one.
      return ((code & 0xf0) === MOVE ? cleared : state) | copied;
    }
    default:
      return isWideLoad(code) || (code & 7) === 4 ? cleared : state;
  }
}

function copyOf(state: number, from: number, to: number): number {
  return ((state >>> from) & both(0)) << to;
}
