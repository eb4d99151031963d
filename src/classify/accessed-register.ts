import type { ReasonOf } from '../findings/findings.ts';
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
function isTooFar(insn: string, log: string, cause: string): boolean {
  const base = baseOf(insn);
  const state = base === undefined ? undefined : stateOf(base, aboveOf(insn, log, cause));
  if (state === undefined || !/^pkt\(.*\br=0\b/.test(state)) return false;
  const most = /\bumax(?:_value)?=(?:\w+=)*(0x[0-9a-f]+|\d+)/.exec(state)?.[1];
  const fixed = /\boff=(\d+)/.exec(state)?.[1] ?? '0';
  return most !== undefined && Number(most) + Number(fixed) > FARTHEST;
}

/** What a register holds is a number that the program computes; a log that leaves it open says nothing. */
function isComputed(number: string, above: string): boolean {
  const state = stateOf(number, above);
  if (state !== undefined) return /^(?:scalar|invP?)\(/.test(state);
  const written = [...above.matchAll(new RegExp(`^\\d+: \\(\\w\\w\\) [rw]${number} (\\S*)= `, 'gm'))].at(-1);
  return written !== undefined && written[1] !== '';
}

/** A helper is given memory of the packet with a size that is no constant, in the register behind the pointer. */
function hasOpenLength(insn: string, log: string, cause: string): boolean {
  const pointer = /^R(\d+) /.exec(cause)?.[1];
  if (pointer === undefined || !insn.startsWith('call ')) return false;
  return isComputed(String(Number(pointer) + 1), aboveOf(insn, log, cause));
}

/** What an access to a packet is about, where its words leave it open: `type` is that of the program. */
export function packetReason(type: string, insn: string, log: string, cause: string): ReasonOf<'VERIFIER_REJECTION'> {
  // Options of a socket are packets for the verifier.
  if (type === 'cgroup_sockopt') return 'option_bounds';
  if (hasOpenLength(insn, log, cause)) return 'packet_length';
  return isTooFar(insn, log, cause) ? 'packet_too_far' : 'packet_bounds';
}
