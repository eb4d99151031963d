import { flowOf, insnAt, isWideLoad } from './opcodes.ts';

const NEW = 0;
const OPEN = 1;
const DONE = 2;

/**
 * The first instruction, on a walk from the start, that jumps to one the walk came through: what verifiers before 5.3
 * reject. Undefined without loops. Every instruction is visited at most once.
 */
export function backEdgeAt(code: DataView, insns: number): number | undefined {
  const state = new Uint8Array(insns);
  const path = new Uint32Array(insns);
  let depth = 0;
  path[depth++] = 0;
  while (depth > 0) {
    const at = path[depth - 1] ?? 0;
    state[at] = OPEN;
    const next = successors(code, at, insns);
    if (next.some((target) => state[target] === OPEN)) return at;
    const fresh = next.find((target) => state[target] === NEW);
    if (fresh === undefined) {
      state[at] = DONE;
      depth--;
    } else path[depth++] = fresh;
  }
  return undefined;
}

/** Where control may go from each instruction, and where it may come from. */
export interface Flow {
  readonly after: readonly (readonly number[])[];
  readonly before: readonly (readonly number[])[];
}

export function flowGraph(code: DataView, insns: number): Flow {
  const after = Array.from({ length: insns }, (_, index) => successors(code, index, insns));
  const before: number[][] = Array.from({ length: insns }, () => []);
  for (const [index, targets] of after.entries()) for (const target of targets) before[target]?.push(index);
  return { after, before };
}

/** 1 for each instruction of the loops that one is in; what comes behind `without` is not followed. */
export function joined({ after, before }: Flow, at: number, without?: number): Uint8Array {
  const back = walk(at, before, without);
  return walk(at, after, without).map((reached, index) => reached & (back[index] ?? 0));
}

function walk(from: number, next: Flow['after'], without: number | undefined): Uint8Array {
  const seen = new Uint8Array(next.length);
  const waiting = [from];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const target of next[at] ?? []) {
      if (target === without || seen[target] === 1) continue;
      seen[target] = 1;
      waiting.push(target);
    }
  }
  return seen;
}

function successors(code: DataView, at: number, insns: number): number[] {
  const insn = insnAt(code, at);
  const { falls, jump } = flowOf(insn);
  const following = at + (isWideLoad(insn.code) ? 2 : 1);
  const targets = falls ? [following] : [];
  if (jump !== undefined) targets.push(at + 1 + jump);
  return targets.filter((target) => target >= 0 && target < insns);
}
