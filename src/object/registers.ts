import { flowOf, type Insn, insnAt, isCall, isWideLoad, ST, STX } from './opcodes.ts';

const REGISTERS = 11;
const ARITHMETIC_64 = 7;
const FROM_REGISTER = 0x08;
const MOVE = 0xb0;
const ADD = 0x00;
const ATOMIC = 0xc0;
const JMP = 5;
const JMP32 = 6;
/** Longer functions are not followed. */
const MAX_INSNS = 65_536;

/** Nothing is known of a register. */
const NOTHING = -1;

/** What registers point to before an instruction: an offset into what is followed, `undefined` for anything else. */
export type Pointers = (register: number) => number | undefined;

/**
 * Follows pointers with constant offsets through the registers of one function, over all paths: where they meet and differ,
 * nothing is known.
 * @param start the register that points to the start of what is followed when the function begins; undefined for none
 * @param made the offset that a 64-bit load puts into its register; undefined when it is none of what is followed
 * @param look called for each instruction that can be reached, once, with what holds on all paths
 */
export function followPointers(
  code: DataView,
  insns: number,
  start: number | undefined,
  made: (index: number, insn: Insn) => number | undefined,
  look: (index: number, insn: Insn, pointers: Pointers) => void,
): void {
  if (insns > MAX_INSNS) return;
  const states: (Int32Array | undefined)[] = new Array(insns);
  const waiting: number[] = [];
  const reach = (index: number, state: Int32Array): void => {
    if (index < 0 || index >= insns) return;
    const known = states[index];
    if (known === undefined) states[index] = state.slice();
    else if (!meet(known, state)) return;
    waiting.push(index);
  };
  const first = new Int32Array(REGISTERS).fill(NOTHING);
  if (start !== undefined) first[start] = 0;
  reach(0, first);
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    const insn = insnAt(code, index);
    const next = (states[index] as Int32Array).slice();
    step(next, insn, isWideLoad(insn.code) ? made(index, insn) : undefined);
    const { falls, jump } = flowOf(insn);
    if (falls) reach(index + (isWideLoad(insn.code) ? 2 : 1), next);
    if (jump !== undefined) reach(index + 1 + jump, next);
  }
  for (let index = 0; index < insns; index++) {
    const state = states[index];
    if (state === undefined) continue;
    look(index, insnAt(code, index), (register) => {
      const offset = state[register] ?? NOTHING;
      return offset === NOTHING ? undefined : offset;
    });
  }
}

/** Keeps what holds in both; false when nothing changed. */
function meet(known: Int32Array, other: Int32Array): boolean {
  let changed = false;
  for (let register = 0; register < REGISTERS; register++) {
    if (known[register] === NOTHING || known[register] === other[register]) continue;
    known[register] = NOTHING;
    changed = true;
  }
  return changed;
}

function step(state: Int32Array, insn: Insn, loaded: number | undefined): void {
  const { code, destination, source, immediate } = insn;
  switch (code & 7) {
    case JMP:
    case JMP32:
      if (isCall(code)) state.fill(NOTHING, 0, 6);
      return;
    case ST:
      return;
    case STX:
      // An atomic operation hands back what was there, in its source or in the first register.
      if ((code & 0xe0) !== ATOMIC) return;
      state[source] = NOTHING;
      state[0] = NOTHING;
      return;
    case ARITHMETIC_64:
      state[destination] = arithmetic(state, insn, immediate);
      return;
    default:
      state[destination] = isWideLoad(code) ? (loaded ?? NOTHING) : NOTHING;
  }
}

function arithmetic(state: Int32Array, { code, destination, source, offset }: Insn, immediate: number): number {
  const fromRegister = (code & FROM_REGISTER) !== 0;
  const held = state[destination] ?? NOTHING;
  if ((code & 0xf0) === MOVE && fromRegister && offset === 0) return state[source] ?? NOTHING;
  if ((code & 0xf0) === ADD && !fromRegister && held !== NOTHING) return Math.max(held + immediate, NOTHING);
  return NOTHING;
}
