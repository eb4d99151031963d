import {
  atCall,
  atCallback,
  atEntry,
  CONTEXT,
  type ContextState,
  givesBuffer,
  holds,
  KINDS,
  learned,
  loads,
  newState,
  put,
  returned,
  STACK,
  stores,
  WORDS,
  type Words,
} from './context-state.ts';
import { flowOf, type Insn, insnAt, isCall, isExit, isIndirect, isWideLoad, LDX, ST, STX } from './opcodes.ts';

const PSEUDO_CALL = 1;
const ARITHMETIC = 4;
const ARITHMETIC_64 = 7;
const FROM_REGISTER = 0x08;
const MOVE = 0xb0;
/** Mode and size of loads and stores of 8 bytes. */
const MEMORY_64 = 0x78;
const ATOMIC_64 = 0xd8;
const LOAD_ACQUIRE = 0x100;

/** Instructions that are looked at for all programs of an object together. */
const MAX_STEPS = 8_000_000;

export interface FlowBudget {
  steps: number;
}

export function newFlowBudget(): FlowBudget {
  return { steps: MAX_STEPS };
}

/** A program with its subprograms behind it, as the kernel gets it. */
export interface WholeProgram {
  readonly code: DataView;
  readonly insns: number;
  /** Where the function begins that an instruction calls or takes the address of; undefined for none of this program. */
  readonly target: (insn: number) => number | undefined;
}

/**
 * Whether a program may write to its context: by a store, in subprograms and callbacks, too, or by a kernel function that
 * gets it as a buffer, which helpers do not take. Follows the context through registers, stack, calls and returns, all
 * paths together: what cannot be ruled out counts. validator-c/src/load/context-writes.c does the same.
 */
export function writesContext(program: WholeProgram, budget: FlowBudget): boolean {
  const { code, insns } = program;
  // What is set up for a program costs as much as a look at each of its instructions.
  budget.steps -= insns;
  if (budget.steps <= 0) return true;
  const states = new Uint32Array(insns * WORDS);
  const state = newState();
  const owners = ownersOf(program);
  let waiting: number[] = [];
  const reach = (index: number, words: Words): void => {
    if (index >= 0 && index < insns && join(states, index * WORDS, words)) waiting.push(index);
  };
  let known: number;
  reach(0, atEntry());
  do {
    known = learned(state);
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      if (budget.steps-- <= 0) return true;
      state.now.set(states.subarray(index * WORDS, (index + 1) * WORDS));
      const insn = insnAt(code, index);
      if (isIndirect(insn.code) || writes(state, insn)) return true;
      if (isCall(insn.code)) {
        const callee = insn.source === PSEUDO_CALL ? program.target(index) : undefined;
        if (callee === undefined && insn.source !== 0 && givesBuffer(state)) return true;
        if (callee !== undefined) reach(callee, atCall(state));
        returned(state, callee !== undefined && state.returns.has(callee));
      } else if (isWideLoad(insn.code)) {
        const entry = program.target(index);
        if (entry !== undefined) reach(entry, atCallback());
      } else if (isExit(insn.code) && holds(state, CONTEXT, 0)) state.returns.add(owners[index] ?? 0);
      const { falls, jump } = flowOf(insn);
      if (falls) reach(index + (isWideLoad(insn.code) ? 2 : 1), state.now);
      if (jump !== undefined) reach(index + 1 + jump, state.now);
    }
    if (learned(state) > known) waiting = reached(states, insns);
  } while (learned(state) > known);
  return false;
}

/** Adds what is known on one more path. True when that is new. */
function join(states: Words, at: number, words: Words): boolean {
  let more = false;
  for (let word = 0; word < WORDS; word++) {
    const before = states[at + word] ?? 0;
    const joined = (before | (words[word] ?? 0)) >>> 0;
    states[at + word] = joined;
    more ||= joined !== before;
  }
  return more;
}

/** Carries out an instruction that is not a call. True when it is a store that may go to the context. */
function writes(state: ContextState, insn: Insn): boolean {
  const { code, destination, source, offset } = insn;
  switch (code & 7) {
    case ST:
    case STX:
      return writesMemory(state, insn);
    case LDX: {
      const found = KINDS.map((kind) => (code & 0xf8) === MEMORY_64 && loads(state, kind, source, offset));
      for (const [at, kind] of KINDS.entries()) put(state, kind, destination, found[at] === true);
      return false;
    }
    case ARITHMETIC_64:
      for (const kind of KINDS) {
        const copied = (code & FROM_REGISTER) !== 0 && holds(state, kind, source);
        // Whatever is reckoned with a pointer is one.
        put(state, kind, destination, copied || ((code & 0xf0) !== MOVE && holds(state, kind, destination)));
      }
      return false;
    default:
      if ((code & 7) === ARITHMETIC || isWideLoad(code)) for (const kind of KINDS) put(state, kind, destination, false);
      return false;
  }
}

function writesMemory(state: ContextState, { code, destination, source, offset, immediate }: Insn): boolean {
  const atomic = (code & 0xf8) === ATOMIC_64;
  const base = atomic && immediate === LOAD_ACQUIRE ? source : destination;
  if (holds(state, CONTEXT, base)) return true;
  // Only whole pointers are taken back as pointers.
  if (!atomic && (code & 0xf8) !== MEMORY_64) return false;
  for (const kind of KINDS) {
    const before = atomic && loads(state, kind, base, offset);
    const holding = (code & 7) === STX && holds(state, kind, source);
    stores(state, kind, base, offset, holding || before);
    // What was there goes to the source, to r0, or where it is loaded to.
    for (const register of before ? [0, source, destination] : []) {
      if (register !== base) put(state, kind, register, true);
    }
  }
  return false;
}

/** The first instruction of the function that each one belongs to. */
function ownersOf({ code, insns, target }: WholeProgram): Uint32Array {
  const owners = new Uint32Array(insns);
  for (let index = 0; index < insns; index++) {
    const { code: op } = insnAt(code, index);
    const entry = isCall(op) || isWideLoad(op) ? target(index) : undefined;
    if (entry !== undefined) owners[entry] = entry;
  }
  for (let index = 1; index < insns; index++) owners[index] ||= owners[index - 1] ?? 0;
  return owners;
}

/** The stack pointer is known wherever a path has come. */
function reached(states: Words, insns: number): number[] {
  return Array.from({ length: insns }, (_, index) => index).filter((index) => states[index * WORDS + STACK] !== 0);
}
