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

function successors(code: DataView, at: number, insns: number): number[] {
  const insn = insnAt(code, at);
  const { falls, jump } = flowOf(insn);
  const following = at + (isWideLoad(insn.code) ? 2 : 1);
  const targets = falls ? [following] : [];
  if (jump !== undefined) targets.push(at + 1 + jump);
  return targets.filter((target) => target >= 0 && target < insns);
}
