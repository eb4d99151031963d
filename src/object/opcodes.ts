/** Instruction classes, the low three bits of an opcode. */
const LD = 0;
export const LDX = 1;
export const ST = 2;
export const STX = 3;
const ALU = 4;
const JMP = 5;
const JMP32 = 6;

const CALL = 0x85;
const EXIT = 0x95;
const JUMP = 0x05;
const LONG_JUMP = 0x06;
const INDIRECT_JUMP = 0x0d;
const INDIRECT_CALL = 0x8d;
const LOAD_64 = 0x18;

/** What code needs that not every kernel has. `unknown_opcode`: no kernel that we know has it. */
export type CodeFeature =
  | 'short_jumps'
  | 'jmp32'
  | 'fetch_atomics'
  | 'acquire_release'
  | 'sign_extending_load'
  | 'sign_extending_move'
  | 'signed_division'
  | 'byte_swap'
  | 'long_jump'
  | 'may_goto'
  | 'address_space_cast'
  | 'indirect_jump'
  | 'indirect_call'
  | 'unknown_opcode';

/** One instruction slot. */
export interface Insn {
  readonly code: number;
  readonly destination: number;
  readonly source: number;
  readonly offset: number;
  readonly immediate: number;
}

/** Reads the slot at an index; the caller keeps it inside of the code. */
export function insnAt(code: DataView, index: number): Insn {
  const at = index * 8;
  const registers = code.getUint8(at + 1);
  return {
    code: code.getUint8(at),
    destination: registers & 15,
    source: registers >> 4,
    offset: code.getInt16(at + 2, true),
    immediate: code.getInt32(at + 4, true),
  };
}

export function isWideLoad(code: number): boolean {
  return code === LOAD_64;
}

export function isCall(code: number): boolean {
  return code === CALL;
}

export function isExit(code: number): boolean {
  return code === EXIT;
}

/** Where it goes is not in the instruction. */
export function isIndirect(code: number): boolean {
  return code === INDIRECT_JUMP || code === INDIRECT_CALL;
}

/** Where control may go from an instruction, relative to the next slot: `falls` through, and `jumps` by so many slots. */
export function flowOf({ code, offset, immediate }: Insn): { readonly falls: boolean; readonly jump?: number } {
  if (code === JUMP) return { falls: false, jump: offset };
  if (code === LONG_JUMP) return { falls: false, jump: immediate };
  if (code === EXIT || code === INDIRECT_JUMP) return { falls: false };
  const kind = code & 7;
  if ((kind !== JMP && kind !== JMP32) || code === CALL || code === INDIRECT_CALL) return { falls: true };
  return { falls: true, jump: offset };
}

/** The feature that an instruction needs; undefined for what every kernel with BPF has. */
export function featureOf(insn: Insn): CodeFeature | undefined {
  const operation = insn.code & 0xf0;
  switch (insn.code & 7) {
    case LD:
      return insn.code === LOAD_64 || isPacketLoad(insn.code) ? undefined : 'unknown_opcode';
    case LDX:
      return loadFeature(insn.code & 0xe0);
    case ST:
      return (insn.code & 0xe0) === 0x60 ? undefined : 'unknown_opcode';
    case STX:
      return storeFeature(insn);
    case JMP:
      return jumpFeature(insn, operation);
    case JMP32:
      if (insn.code === LONG_JUMP) return 'long_jump';
      return operation >= 0x10 && operation <= 0xd0 && operation !== 0x80 && operation !== 0x90
        ? 'jmp32'
        : 'unknown_opcode';
    default:
      return arithmeticFeature(insn, operation);
  }
}

function isPacketLoad(code: number): boolean {
  const mode = code & 0xe0;
  return (mode === 0x20 || mode === 0x40) && (code & 0x18) !== 0x18;
}

function loadFeature(mode: number): CodeFeature | undefined {
  if (mode === 0x60) return undefined;
  return mode === 0x80 ? 'sign_extending_load' : 'unknown_opcode';
}

function storeFeature({ code, immediate }: Insn): CodeFeature | undefined {
  const mode = code & 0xe0;
  if (mode === 0x60) return undefined;
  if (mode !== 0xc0) return 'unknown_opcode';
  if (immediate === 0x100 || immediate === 0x110) return 'acquire_release';
  return immediate === 0 ? undefined : 'fetch_atomics';
}

function jumpFeature({ code }: Insn, operation: number): CodeFeature | undefined {
  if (code === INDIRECT_JUMP) return 'indirect_jump';
  if (code === INDIRECT_CALL) return 'indirect_call';
  if (code === 0xe5) return 'may_goto';
  if (code === JUMP || code === CALL || code === EXIT) return undefined;
  if (operation >= 0xa0 && operation <= 0xd0) return 'short_jumps';
  return operation >= 0x10 && operation <= 0x70 ? undefined : 'unknown_opcode';
}

function arithmeticFeature({ code, offset }: Insn, operation: number): CodeFeature | undefined {
  const wide = (code & 7) !== ALU;
  const fromRegister = (code & 0x08) !== 0;
  if (operation === 0xb0 && fromRegister && offset !== 0) {
    return wide && offset === 1 ? 'address_space_cast' : 'sign_extending_move';
  }
  if ((operation === 0x30 || operation === 0x90) && offset === 1) return 'signed_division';
  if (operation === 0xd0 && wide) return 'byte_swap';
  return operation <= 0xd0 ? undefined : 'unknown_opcode';
}
