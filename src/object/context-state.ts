/** The register that points to the end of the own frame, and the slots of 8 bytes before it. */
const FRAME = 10;
const SLOTS = 64;

/** Registers that a call takes, and those that it keeps. */
const ARGUMENTS = 0b111110;
const KEPT = 0b111_1100_0000;

/*
 * What is known before an instruction, in seven words: for the context, then for pointers to a stack, the registers that
 * may hold one and the slots of the own frame that may (two words); at last the arguments that may have been set.
 */
export const WORDS = 7;
export const CONTEXT = 0;
export const STACK = 3;
const SET = 6;
export const KINDS = [CONTEXT, STACK] as const;

/** Words in the order of `WORDS`. */
export type Words = Uint32Array<ArrayBuffer>;

/** What may hold the context, or a pointer to a stack where it may lie, at one place and in the whole program. */
export interface ContextState {
  /** At the instruction that is looked at. */
  readonly now: Words;
  /** By kind: it lies in a slot of some frame. */
  readonly saved: Set<number>;
  /** By kind: it was stored through a pointer and may lie in every slot of every frame. */
  readonly escaped: Set<number>;
  /** By the first instruction of a function: it may return the context. */
  readonly returns: Set<number>;
}

export const newState = (): ContextState => ({
  now: new Uint32Array(WORDS),
  saved: new Set(),
  escaped: new Set(),
  returns: new Set(),
});

/** Grows when something is learned that holds for the whole program. */
export function learned({ saved, escaped, returns }: ContextState): number {
  return saved.size + escaped.size + returns.size;
}

/** What a program begins with: the context in its first argument. */
export const atEntry = (): Words => Uint32Array.of(0b10, 0, 0, 1 << FRAME, 0, 0, 0b10);

/** What a called function begins with: the arguments of its caller and a frame of its own. */
export function atCall({ now }: ContextState): Words {
  return Uint32Array.of(
    word(now, CONTEXT) & ARGUMENTS,
    ...[0, 0, (word(now, STACK) & ARGUMENTS) | (1 << FRAME), 0, 0],
    word(now, SET),
  );
}

/** The same for a callback. Helpers hand what they are given to one only by way of the stack. */
export const atCallback = (): Words => Uint32Array.of(0, 0, 0, ARGUMENTS | (1 << FRAME), 0, 0, ARGUMENTS);

/** Whether a kernel function may be given the context as a buffer: that has its size behind it. */
export function givesBuffer({ now }: ContextState): boolean {
  return (word(now, CONTEXT) & ARGUMENTS & (word(now, SET) >>> 1)) !== 0;
}

/** Behind a call: arguments are gone. */
export function returned(state: ContextState, context: boolean): void {
  const { now } = state;
  for (const kind of KINDS) now[kind] = word(now, kind) & KEPT;
  now[SET] = 0;
  put(state, CONTEXT, 0, context);
}

function word(now: Words, at: number): number {
  return now[at] ?? 0;
}

export function holds({ now }: ContextState, kind: number, register: number): boolean {
  return ((word(now, kind) >>> register) & 1) === 1;
}

/** Says what a register holds from here on. */
export function put({ now }: ContextState, kind: number, register: number, holding: boolean): void {
  const rest = word(now, kind) & ~(1 << register);
  now[kind] = holding ? rest | (1 << register) : rest;
  now[SET] = word(now, SET) | ((1 << register) & ARGUMENTS);
}

/** Whether 8 bytes that are loaded from `base` may be one. */
export function loads(state: ContextState, kind: number, base: number, offset: number): boolean {
  const { now, saved, escaped } = state;
  if (base !== FRAME) return holds(state, STACK, base) && (saved.has(kind) || escaped.has(kind));
  const slot = slotOf(offset);
  return escaped.has(kind) || (slot !== undefined && ((word(now, slotWord(kind, slot)) >>> (slot & 31)) & 1) === 1);
}

/** Stores 8 bytes. */
export function stores(state: ContextState, kind: number, base: number, offset: number, holding: boolean): void {
  const slot = base === FRAME ? slotOf(offset) : undefined;
  if (slot !== undefined) {
    const at = slotWord(kind, slot);
    const rest = word(state.now, at) & ~(1 << (slot & 31));
    state.now[at] = holding ? rest | (1 << (slot & 31)) : rest;
    if (holding) state.saved.add(kind);
  } else if (holding && holds(state, STACK, base)) state.escaped.add(kind);
}

function slotWord(kind: number, slot: number): number {
  return kind + 1 + (slot >> 5);
}

/** The slot of the frame that begins at an offset from its end; undefined for no slot. */
function slotOf(offset: number): number | undefined {
  const slot = -offset / 8 - 1;
  return Number.isInteger(slot) && slot >= 0 && slot < SLOTS ? slot : undefined;
}
