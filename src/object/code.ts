import { backEdgeAt } from './control-flow.ts';
import { type FunctionTable, INSN_BYTES, type ObjectFunction } from './functions.ts';
import { type CodeFeature, featureOf, type Insn, insnAt, isCall, isWideLoad } from './opcodes.ts';
import type { References } from './references.ts';
import { viewOf } from './strings.ts';

const PSEUDO_CALL = 1;
const PSEUDO_KFUNC = 2;
const PSEUDO_FUNC = 4;

/** What one function does, found in one pass over its instructions. Numbers are slots from its start. */
export interface CodeFacts {
  /** Helper id and the first call of it. */
  readonly helpers: ReadonlyMap<number, number>;
  /** Features of the instruction set and the first instruction that needs each. */
  readonly features: ReadonlyMap<CodeFeature, number>;
  /** Functions of the object, each with its first call or the first time its address is taken, in that order. */
  readonly callees: readonly Callee[];
  /** The function that each instruction calls or takes the address of, by position in the list of functions. */
  readonly targets: ReadonlyMap<number, number>;
  /** Symbols that loads and calls refer to, by index, and the first use. */
  readonly symbols: ReadonlyMap<number, number>;
  /** The address of a function is taken: a callback. */
  readonly takesAddress: number | undefined;
  /** A jump back: a loop that the compiler did not unroll. */
  readonly loopsAt: number | undefined;
}

interface Callee {
  readonly insn: number;
  /** Position in the list of functions. */
  readonly callee: number;
}

interface Draft {
  readonly helpers: Map<number, number>;
  readonly features: Map<CodeFeature, number>;
  readonly callees: Map<number, number>;
  readonly targets: Map<number, number>;
  readonly symbols: Map<number, number>;
  takesAddress: number | undefined;
}

/** Looks at every instruction of a function. */
export function readCode(fn: ObjectFunction, functions: FunctionTable, references: References): CodeFacts {
  const view = viewOf(fn.code);
  const draft: Draft = {
    helpers: new Map(),
    features: new Map(),
    callees: new Map(),
    targets: new Map(),
    symbols: new Map(),
    takesAddress: undefined,
  };
  for (let index = 0; index < fn.insns; index++) {
    const insn = insnAt(view, index);
    const feature = featureOf(insn);
    if (feature) first(draft.features, feature, index);
    if (isCall(insn.code)) readCall(draft, insn, index, fn, functions, references);
    if (isWideLoad(insn.code)) {
      readLoad(draft, insn, index, fn, functions, references);
      index++;
    }
  }
  const { callees, ...facts } = draft;
  return {
    ...facts,
    callees: [...callees].map(([callee, insn]) => ({ callee, insn })),
    loopsAt: backEdgeAt(view, fn.insns),
  };
}

function first<Key>(seen: Map<Key, number>, key: Key, index: number): void {
  if (!seen.has(key)) seen.set(key, index);
}

function readCall(
  draft: Draft,
  insn: Insn,
  index: number,
  fn: ObjectFunction,
  functions: FunctionTable,
  references: References,
): void {
  const own = fn.offset / INSN_BYTES + index;
  const symbol = references.symbolAt(fn.section, own);
  if (symbol === undefined) {
    // Linkers leave -1 in calls of functions that are not there.
    if (insn.source === 0 && insn.immediate > 0) first(draft.helpers, insn.immediate, index);
    if (insn.source === PSEUDO_CALL) call(draft, functions.at(fn.section, own + insn.immediate + 1), index);
    return;
  }
  const target = references.resolve(symbol);
  if (target.kind === 'code' && insn.source !== PSEUDO_KFUNC) {
    call(draft, functions.at(target.section, target.offset / INSN_BYTES + insn.immediate + 1), index);
  } else first(draft.symbols, symbol, index);
}

function readLoad(
  draft: Draft,
  insn: Insn,
  index: number,
  fn: ObjectFunction,
  functions: FunctionTable,
  references: References,
): void {
  const symbol = references.symbolAt(fn.section, fn.offset / INSN_BYTES + index);
  if (symbol === undefined) {
    if (insn.source === PSEUDO_FUNC) draft.takesAddress ??= index;
    return;
  }
  const target = references.resolve(symbol);
  if (target.kind === 'code') {
    draft.takesAddress ??= index;
    call(draft, functions.at(target.section, (target.offset + insn.immediate) / INSN_BYTES), index);
  } else first(draft.symbols, symbol, index);
}

function call(draft: Draft, callee: ObjectFunction | undefined, index: number): void {
  if (!callee) return;
  first(draft.callees, callee.index, index);
  draft.targets.set(index, callee.index);
}
