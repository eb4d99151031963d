import type { TextRule } from './rule.ts';

/** Verifier words for a proof it could not make. Registers print as `R1`, stack arguments of 7.2 as `*(R11-8)`. */
export const PROOF_RULES: readonly TextRule[] = [
  {
    code: 'VERIFIER_REJECTION',
    reason: 'null_check',
    pattern: /\w_or_null|[Pp]ossibly NULL pointer|null-check it first/,
    example: { kernel: '5.10.0-46-cloud-amd64', text: "R0 invalid mem access 'map_value_or_null'" },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'stack_overread',
    // An offset from the frame is never positive: this one counts from the start of a copy, and lies behind its end.
    pattern: /^invalid read from stack R\d+ off=(?<offset>\d+) size=(?<size>\d+)$/,
    example: { kernel: '6.18.12+deb13-cloud-amd64', text: 'invalid read from stack R6 off=0 size=4' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'format_string',
    pattern: /^Invalid format string$/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'Invalid format string' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'uninitialized',
    pattern: /invalid(?: indirect)? read from stack|poisoned by dead code|stack arg\d+ is not initialized/,
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'invalid indirect read from stack R2 off -16+4 size 16' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'invalid_mem_access',
    pattern:
      /invalid mem access '(?<memory>[^']+)'|invalid access to (?:packet|context)|cannot write into|invalid stack|pointer be out of bounds/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: "R1 invalid mem access 'scalar'" },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'unbounded',
    pattern: /unbounded (?:memory|min|size|variable)|min value is negative/,
    example: {
      kernel: '5.10.0-46-cloud-amd64',
      text: "R2 unbounded memory access, use 'var &= const' or 'if (var < const)'",
    },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'ctx_access',
    pattern: /invalid bpf_context access off=(?<offset>\d+) size=(?<size>\d+)|negative offset \S+ ptr/,
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'invalid bpf_context access off=192 size=8' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'btf_access',
    pattern: /cannot access ptr member|only read is supported|is ptr_\S+ (?:invalid|access)/,
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'only read is supported' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'misaligned',
    pattern: /\bmisaligned\b/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'misaligned stack access off (0x0; 0x0)+0+-5 size 4' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'reference',
    pattern: /Unreleased reference|[Ll]eaking reference|reference leak/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'Unreleased reference id=2 alloc_insn=6' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'type_mismatch',
    pattern: /^R(?<argument>\d+) type=(?<given>\S+) +expected=(?<expected>\S.*)$/,
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'R1 type=ctx expected=fp, pkt, pkt_meta, map_key, map_value' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'type_mismatch',
    pattern: /type=\S+ +expected=|is not a scalar|expected pointer to|is of type \S+ but/,
    example: { kernel: '6.12', text: 'arg#1 expected pointer to ctx, but got fp' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'return_value',
    pattern: /^At (?:program|subprogram) exit|^At callback return|should have been in|the register R0/,
    example: {
      kernel: '6.1.0-56-cloud-amd64',
      text: 'At program exit the register R0 is not a known value (map_value)',
    },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'ptr_arith',
    pattern: /pointer arithmetic|math between|on pointer prohibited|subtraction from stack/,
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'R1 subtraction from stack pointer prohibited' },
  },
];
