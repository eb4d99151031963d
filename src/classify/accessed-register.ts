import { stateOf } from './register-state.ts';

/** How far up what a register holds is looked for, in characters. */
const NEAR_TEXT = 65_536;
/** Largest offset of a packet pointer that a check against its end counts for (MAX_PACKET_OFF of the verifier). */
const FARTHEST = 0xffff;

/** The number of the register that an instruction accesses memory through. */
function baseOf(insn: string): string | undefined {
  return /\(r(\d+) /.exec(insn)?.[1];
}

/** The log up to the instruction that the verifier stood at. */
function aboveOf(insn: string, log: string, cause: string): string {
  return log.slice(0, log.lastIndexOf(insn, log.lastIndexOf(cause))).slice(-NEAR_TEXT);
}

/**
 * The address of a map stands in the register that is read through: a structure of the kernel, and none of its values. Older
 * kernels print no state there; what a constant of 64 bits made can be nothing else with a structure behind it.
 */
export function accessesMap(insn: string, log: string, cause: string): boolean {
  const base = baseOf(insn);
  if (base === undefined || !/ in struct bpf_/.test(cause)) return false;
  const above = aboveOf(insn, log, cause);
  const state = stateOf(base, above);
  if (state !== undefined) return state.startsWith('map_ptr');
  return [...above.matchAll(new RegExp(`^\\d+: \\((\\w\\w)\\) r${base} \\S*= `, 'gm'))].at(-1)?.[1] === '18';
}

/**
 * A packet pointer that may point farther from the start of the packet than the verifier lets a check against data_end count
 * for: it forgets such a check, whatever the program compares.
 */
export function isTooFar(insn: string, log: string, cause: string): boolean {
  const base = baseOf(insn);
  const state = base === undefined ? undefined : stateOf(base, aboveOf(insn, log, cause));
  if (state === undefined || !/^pkt\(.*\br=0\b/.test(state)) return false;
  const most = /\bumax(?:_value)?=(?:\w+=)*(0x[0-9a-f]+|\d+)/.exec(state)?.[1];
  const fixed = /\boff=(\d+)/.exec(state)?.[1] ?? '0';
  return most !== undefined && Number(most) + Number(fixed) > FARTHEST;
}
