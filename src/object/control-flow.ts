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

/** 1 for each instruction that control may reach from one, itself only in a loop; what comes behind `without` is not followed. */
export function reaches(code: DataView, insns: number, from: number, without?: number): Uint8Array {
  return walk(from, insns, without, (at) => successors(code, at, insns));
}

/** 1 for each instruction of the loops that one is in. */
export function joined(code: DataView, insns: number, at: number, without?: number): Uint8Array {
  const before: number[][] = Array.from({ length: insns }, () => []);
  for (let index = 0; index < insns; index++)
    for (const target of successors(code, index, insns)) before[target]?.push(index);
  const back = walk(at, insns, without, (index) => before[index] ?? []);
  return reaches(code, insns, at, without).map((reached, index) => reached & (back[index] ?? 0));
}

function walk(from: number, insns: number, without: number | undefined, next: (at: number) => number[]): Uint8Array {
  const seen = new Uint8Array(insns);
  const waiting = [from];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const target of next(at)) {
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
