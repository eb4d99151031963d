import type { Finding } from '../model/finding.ts';
import type { CodeFeature } from '../object/opcodes.ts';
import type { ProgramFacts } from '../object/programs.ts';
import { parseVerifierLog } from './verifier-log.ts';

/** Numbers in the cause itself: they name the instruction better than the last one that was printed. */
const NAMED = [
  /back-edge from insn (\d+) to \d+/,
  /(?:infinite loop detected at|unreachable|jump (?:out of range|into the middle)[^\d]*) insn (\d+)/,
  /alloc_insn=(\d+)/,
  /^insn (\d+)\b/,
];
/** An instruction as the verifier prints it. */
const PRINTED = /^(\d+): \([0-9a-f]{2}\)/;
/** The instruction that the block of 7.3 marks. */
const MARKED = /^\s*>>> (\d+) \| \(/;

/** What a kernel that cannot read an instruction calls it, and the features that may hide behind the words. */
const REFUSED_FEATURES: readonly (readonly [reason: string, words: RegExp, features: readonly CodeFeature[]])[] = [
  ['atomic', /BPF_ATOMIC/, ['acquire_release']],
  ['atomic', /./, ['fetch_atomics', 'acquire_release']],
  ['opcode', /./, ['jmp32', 'byte_swap', 'long_jump', 'may_goto', 'unknown_opcode']],
  ['reserved', /BPF_LDX/, ['sign_extending_load']],
  ['reserved', /BPF_MOV/, ['sign_extending_move', 'address_space_cast']],
  ['reserved', /BPF_ALU/, ['signed_division', 'sign_extending_move', 'address_space_cast']],
];

export interface Blamed {
  readonly insn: number;
  /** The log stands at this instruction, so the source text above its cause belongs to it. */
  readonly current: boolean;
}

/**
 * The instruction a verifier log blames, counted from the start of the program with its subprograms behind it; undefined
 * when the kernel rejected the program before it followed any path and gives no number.
 */
export function blamedInsn(log: string, cause: string): Blamed | undefined {
  for (const pattern of NAMED) {
    const named = pattern.exec(cause)?.[1];
    if (named !== undefined) return { insn: Number(named), current: false };
  }
  const block = log.lastIndexOf('\nVerification failed: ');
  if (block >= 0) {
    const marked = lastMatch(log.slice(block).split('\n'), MARKED);
    if (marked !== undefined) return { insn: marked, current: true };
  }
  const { lines } = parseVerifierLog(log);
  const at = lines.lastIndexOf(cause);
  const printed = lastMatch(at < 0 ? lines : lines.slice(0, at + 1), PRINTED);
  return printed === undefined ? undefined : { insn: printed, current: true };
}

function lastMatch(lines: readonly string[], pattern: RegExp): number | undefined {
  const found = lines.findLast((line) => pattern.test(line));
  const number = found === undefined ? undefined : pattern.exec(found)?.[1];
  return number === undefined ? undefined : Number(number);
}

/**
 * The first instruction of a program that can be meant where the kernel names none: it read all instructions before it
 * followed any path, and stopped at the first one it did not know.
 */
export function rejectedInsn(program: ProgramFacts, finding: Finding): number | undefined {
  const { id } = finding.args;
  switch (finding.code) {
    case 'UNSUPPORTED_HELPER':
    case 'HELPER_NOT_ALLOWED':
      return program.helpers.get(Number(id ?? Number.NaN));
    case 'UNSUPPORTED_INSTRUCTION': {
      if (isCallback(finding)) return program.callbackAt;
      const feature = rejectedFeature(program, finding);
      return feature && program.features.get(feature);
    }
    case 'VERIFIER_REJECTION':
      return finding.args['reason'] === 'indirect_call' ? program.features.get('indirect_call') : undefined;
    case 'UNSUPPORTED_LOOP':
      return program.loopsAt;
    case 'MISSING_KFUNC':
    case 'KFUNC_SIGNATURE_MISMATCH':
    case 'KFUNC_NOT_ALLOWED':
      if (finding.args['reason'] === 'device_bound') {
        return [...program.externAt].find(([symbol]) => symbol.startsWith('bpf_xdp_metadata_'))?.[1];
      }
      return externInsn(program, finding);
    case 'UNRESOLVED_KSYM':
    case 'UNRESOLVED_KCONFIG':
      return externInsn(program, finding);
    default:
      return undefined;
  }
}

/** The first use of the extern that a finding names. */
function externInsn({ externAt }: ProgramFacts, { subject, args }: Finding): number | undefined {
  return [subject, args['function'], args['name']].flatMap((symbol) => externAt.get(symbol ?? '') ?? [])[0];
}

function isCallback({ args, evidence }: Finding): boolean {
  return args['reason'] === 'callback' || /bpf_ld_imm64|func_info/.test(evidence?.text ?? '');
}

/** What a program needs of the instruction set that a kernel rejected, the first of it; undefined when nothing fits. */
export function rejectedFeature(program: ProgramFacts, finding: Finding): CodeFeature | undefined {
  if (finding.code !== 'UNSUPPORTED_INSTRUCTION' || isCallback(finding)) return undefined;
  const row = REFUSED_FEATURES.find(
    ([of, words]) => of === finding.args['reason'] && words.test(finding.evidence?.text ?? ''),
  );
  const found = (row?.[2] ?? []).filter((feature) => program.features.has(feature));
  return found.sort((a, b) => (program.features.get(a) ?? 0) - (program.features.get(b) ?? 0))[0];
}
