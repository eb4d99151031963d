import type { CodeFeature } from './opcodes.ts';

/** The instruction set that a compiler needs for each feature (`-mcpu=vN`). */
const LEVELS: Readonly<Record<CodeFeature, number>> = {
  short_jumps: 2,
  jmp32: 3,
  fetch_atomics: 3,
  sign_extending_load: 4,
  sign_extending_move: 4,
  signed_division: 4,
  byte_swap: 4,
  long_jump: 4,
  may_goto: 4,
  address_space_cast: 4,
  acquire_release: 4,
  indirect_jump: 4,
  indirect_call: 1,
  unknown_opcode: 1,
};

/** The lowest instruction set with all features: 1 to 4. */
export function isaLevel(features: Iterable<CodeFeature>): number {
  return Math.max(1, ...[...features].map((feature) => LEVELS[feature]));
}
