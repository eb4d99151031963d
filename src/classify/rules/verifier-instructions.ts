import type { TextRule } from './rule.ts';

/** Verifier words about the shape of a program: instructions, calls, loops, size. Most of them mean "too old a kernel". */
export const INSTRUCTION_RULES: readonly TextRule[] = [
  {
    code: 'UNSUPPORTED_LOOP',
    reason: 'back_edge',
    pattern: /^back-edge from insn (?<insn>\d+) to (?<target>\d+)/,
    example: { kernel: '4.19', text: 'back-edge from insn 18 to 6' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'infinite_loop',
    pattern: /^infinite loop detected at insn (?<insn>\d+)/,
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'infinite loop detected at insn 3' },
  },
  {
    code: 'VERIFIER_COMPLEXITY',
    reason: 'limit',
    pattern:
      /^BPF program is too (?:large|complex)(?:\. Processed (?<processed>\d+) insn)?|^The sequence of (?<jumps>\d+) jumps is too complex|liveness analysis exceeded complexity/,
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'BPF program is too large. Processed 1000001 insn' },
  },
  {
    code: 'STACK_LIMIT',
    reason: 'combined',
    pattern:
      /^combined stack size of \d+ calls? is (?<size>\d+)|^the call stack of \d+ frames is too deep|stack size \d+\(extra/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'combined stack size of 2 calls is 576. Too large' },
  },
  {
    code: 'STACK_LIMIT',
    reason: 'tail_call',
    pattern: /^tail_calls are not allowed when call stack of previous frames is (?<size>\d+) bytes/,
    example: {
      kernel: '6.1.0-56-cloud-amd64',
      text: 'tail_calls are not allowed when call stack of previous frames is 288 bytes. Too large',
    },
  },
  {
    code: 'STACK_LIMIT',
    reason: 'frame',
    pattern: /invalid .*stack.* off=-(?<offset>51[3-9]|5[2-9]\d|[6-9]\d\d|\d{4,})\b/,
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'invalid write to stack R10 off=-520 size=8' },
  },
  {
    code: 'UNSUPPORTED_BPF_CALL',
    reason: 'tailcall_mix',
    pattern: /^tail_calls are not allowed in programs with|mixing of tail_calls and bpf-to-bpf calls/,
    example: { kernel: '5.4.0-216-generic', text: 'tail_calls are not allowed in programs with bpf-to-bpf calls' },
  },
  {
    code: 'UNSUPPORTED_BPF_CALL',
    reason: 'ld_abs_mix',
    pattern:
      /^BPF_LD_\[ABS\|IND\] instructions cannot be mixed|^(?:LD_ABS|tail_call) is not allowed in subprogs without BTF/,
    example: {
      kernel: '5.4.0-216-generic',
      text: 'BPF_LD_[ABS|IND] instructions cannot be mixed with bpf-to-bpf calls',
    },
  },
  {
    code: 'UNSUPPORTED_INSTRUCTION',
    reason: 'opcode',
    pattern:
      /^unknown opcode (?<opcode>[0-9a-f]{2})\b|^unknown insn class (?<class>\d)|^invalid BPF_(?:JMP|ALU)(?:\/JMP32)? opcode/,
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'unknown opcode d7' },
  },
  {
    code: 'UNSUPPORTED_INSTRUCTION',
    reason: 'atomic',
    pattern: /^BPF_(?:STX|XADD) uses reserved fields|^BPF_ATOMIC uses invalid atomic opcode/,
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'BPF_STX uses reserved fields' },
  },
  {
    code: 'UNSUPPORTED_INSTRUCTION',
    reason: 'call',
    pattern: /^BPF_CALL uses reserved fields/,
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'BPF_CALL uses reserved fields' },
  },
  {
    code: 'UNSUPPORTED_INSTRUCTION',
    reason: 'reserved',
    pattern: /^(?<class>BPF_\S+) uses reserved fields|^invalid bpf_ld_imm64 insn|^ARSH not supported for 32 bit ALU/,
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'BPF_LDX uses reserved fields' },
  },
  {
    code: 'UNSUPPORTED_INSTRUCTION',
    reason: 'callback',
    // The address of a function is the only kind of these that loaders write and old kernels lack.
    pattern: /^unrecognized bpf_ld_imm64 insn/,
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'unrecognized bpf_ld_imm64 insn' },
  },
  {
    code: 'UNSUPPORTED_GLOBAL_FUNCTION',
    reason: 'signature',
    subject: 'function',
    pattern: /^Global function (?<function>[\w.]+)\S* (?:(?<result>doesn't return|return value not)|with \d+ >)/,
    example: {
      kernel: '5.10.0-46-cloud-amd64',
      text: "Global function parse_headers() doesn't return scalar. Only those are supported.",
    },
  },
  {
    code: 'UNSUPPORTED_GLOBAL_FUNCTION',
    reason: 'signature',
    subject: 'function',
    pattern: /^Arg#\d+ type \S+ in (?<function>[\w.]+)\S* is not supported yet/,
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'Arg#0 type PTR in sum() is not supported yet.' },
  },
  {
    code: 'UNSUPPORTED_GLOBAL_FUNCTION',
    reason: 'signature',
    subject: 'function',
    pattern: /^Caller passes invalid args into func#\d+ \('(?<function>[^']+)'\)/,
    example: { kernel: '6.18.15+deb13-cloud-amd64', text: "Caller passes invalid args into func#1 ('same')" },
  },
  {
    code: 'UNSUPPORTED_GLOBAL_FUNCTION',
    reason: 'signature',
    pattern: /^Caller passes invalid args into func#|^Global functions need valid BTF|^Function \S+ has \d+ >/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'Caller passes invalid args into func#1' },
  },
  {
    code: 'INVALID_MAP_PARAMS',
    reason: 'needs_btf',
    pattern: /^map '(?<map>[^']+)' has to have BTF in order to use (?<field>\S+)/,
    subject: 'map',
    example: { kernel: '6.1.0-56-cloud-amd64', text: "map 'slots' has to have BTF in order to use bpf_timer" },
  },
  {
    code: 'MAP_PROG_INCOMPATIBLE',
    reason: 'tracing_field',
    pattern: /^trac\w+ progs cannot use (?<field>bpf_\w+)/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'tracing progs cannot use bpf_timer yet' },
  },
  {
    code: 'MAP_PROG_INCOMPATIBLE',
    reason: 'sleepable',
    pattern: /^Sleepable programs? can only use (?<allowed>.+?)\.?$/,
    example: {
      kernel: '6.1.0-56-cloud-amd64',
      text: 'Sleepable programs can only use array, hash, and ringbuf maps',
    },
  },
  {
    code: 'MAP_PROG_INCOMPATIBLE',
    reason: 'map',
    pattern:
      /^cannot pass map_type (?<type>\d+) into func (?<helper>\S+?)(?:#\d+)?$|programs? (?:can only use|with run-time allocated hash maps)|cannot be used for PREEMPT_RT/,
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'cannot pass map_type 27 into func bpf_map_lookup_elem#1' },
  },
  {
    // Without an end of its line: statistics follow.
    code: 'MAP_PROG_INCOMPATIBLE',
    reason: 'map',
    pattern: /^expected prog array map for tail call/,
    example: { kernel: '7.3.4+deb13-cloud-amd64', text: 'expected prog array map for tail callprocessed 3 insns' },
  },
  {
    code: 'VERIFIER_INTERNAL',
    reason: 'bug',
    pattern: /^verifier (?:internal error|bug)|kernel subsystem misconfigured|REG INVARIANTS VIOLATION|^BUG\b/,
    example: {
      kernel: '5.10.0-46-cloud-amd64',
      text: 'verifier internal error: more than one arg with ref_obj_id R1 2 3',
    },
  },
  {
    code: 'BTF_INFO_REJECTED',
    reason: 'no_func_info',
    pattern: /^missing btf func_info$/,
    example: { kernel: '6.12.118+deb13-cloud-amd64', text: 'missing btf func_info' },
  },
  {
    code: 'BTF_INFO_REJECTED',
    reason: 'func_or_line',
    pattern: /func[_ ]info\b|line_info\b|^core_relo\[/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'missing bpf_line_info for func#1' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'no_end',
    pattern: /^last insn is not an exit/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'last insn is not an exit or jmp' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'far_jump',
    pattern: /^insn (?<insn>\d+) cannot be patched due to 16-bit range/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'insn 4814 cannot be patched due to 16-bit range' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'structure',
    pattern:
      /^unreachable insn (?<insn>\d+)|^jump (?:out of range|into the middle)|^call to invalid destination|^recursive call|^too many subprograms/,
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'unreachable insn 7' },
  },
];
