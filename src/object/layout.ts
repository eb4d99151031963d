import type { Btf } from './btf.ts';
import { componentOf } from './btf-types.ts';
import type { CodeFacts } from './code.ts';
import type { ObjectFunction } from './functions.ts';

/** More instructions than any kernel takes in one program. */
const MAX_PROGRAM_INSNS = 1_000_000;
/** Calls, and uses of what is called, that are followed for all programs of an object together. */
const MAX_STEPS = 2_000_000;

/** A function's place in a program as the kernel gets it. */
export interface Placed {
  /** Position in the list of functions. */
  readonly fn: number;
  /** First instruction slot in the program. */
  readonly start: number;
}

export interface Layout {
  readonly parts: readonly Placed[];
  readonly insns: number;
  /** There is more than any kernel takes; the rest was not followed. */
  readonly cut: boolean;
}

/** Counts the work of all layouts of one object. */
export interface Budget {
  steps: number;
}

export function newBudget(): Budget {
  return { steps: MAX_STEPS };
}

/**
 * The order of a program's final instructions: the program, then each subprogram where a walk over the calls first
 * meets it, deeper ones before the next call of the caller.
 */
export function layoutOf(
  program: ObjectFunction,
  functions: readonly ObjectFunction[],
  code: readonly CodeFacts[],
  callback: number | undefined,
  budget: Budget,
): Layout {
  const parts: Placed[] = [{ fn: program.index, start: 0 }];
  const placed = new Set([program.index]);
  let insns = program.insns;
  const path = [{ fn: program.index, call: 0 }];
  while (path.length > 0) {
    const top = path.at(-1);
    const callee = top && code[top.fn]?.callees[top.call++]?.callee;
    if (callee === undefined) {
      path.pop();
      // What handles exceptions is called by no one and stands behind everything else.
      if (path.length === 0 && callback !== undefined && !placed.has(callback)) place(callback);
    } else if (!placed.has(callee)) place(callee);
    if (budget.steps-- <= 0 || insns > MAX_PROGRAM_INSNS) return { parts, insns, cut: true };
  }
  return { parts, insns, cut: false };

  function place(fn: number): void {
    parts.push({ fn, start: insns });
    placed.add(fn);
    insns += functions[fn]?.insns ?? 0;
    budget.steps -= (code[fn]?.helpers.size ?? 0) + (code[fn]?.symbols.size ?? 0);
    path.push({ fn, call: 0 });
  }
}

const CALLBACK_TAG = 'exception_callback:';

/** Names of the functions that programs declare as handlers of their exceptions, by program. */
export function exceptionCallbacks(btf: Btf): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let id = 1; id <= btf.count; id++) {
    if (btf.kind(id) !== 'decl_tag') continue;
    const tag = btf.type(id);
    if (!tag.name.startsWith(CALLBACK_TAG) || componentOf(btf, tag) !== -1) continue;
    const program = btf.type(tag.ref);
    if (program.kind === 'func') found.set(program.name, tag.name.slice(CALLBACK_TAG.length));
  }
  return found;
}
