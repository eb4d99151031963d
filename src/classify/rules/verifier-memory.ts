import type { TextRule } from './rule.ts';

/**
 * Verifier words that say more than that an access is wrong: what may not be written, what has to be constant, what is
 * held. Tried before the words for proofs that were not made.
 */
export const MEMORY_RULES: readonly TextRule[] = [
  {
    code: 'VERIFIER_REJECTION',
    reason: 'ctx_modified',
    pattern: /^dereference of modified ctx ptr R\d+ off=(?<offset>-?\d+)/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'dereference of modified ctx ptr R1 off=48 disallowed' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'ctx_variable',
    pattern: /^variable ctx access /,
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'variable ctx access var_off=(0x0; 0x38) disallowed' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'ctx_write',
    pattern: /^BPF_(?:XADD|ATOMIC) stores into R\d+ ctx is not allowed/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'BPF_ATOMIC stores into R1 ctx is not allowed' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'packet_read_only',
    pattern: /^cannot write into packet$|^the prog does not allow writes to packet data$/,
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'cannot write into packet' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'packet_bounds',
    pattern:
      /^invalid access to packet, |^R\d+ offset is outside of the packet$|makes pkt pointer be out of bounds|^math between pkt pointer and/,
    example: { kernel: '6.12.117+deb12-cloud-amd64', text: 'R4 offset is outside of the packet' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'map_read_only',
    pattern: /(?:write into|read from) map forbidden/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'write into map forbidden, value_size=4 off=0 size=4' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'out_of_bounds',
    pattern:
      /^\S+ invalid (?:\S+ )?(?:negative |variable )?buffer (?:access|offset): |^invalid access to (?:map value|map key|memory|flow keys)(?:, \w+_size=(?<available>\d+) off=(?<offset>-?\d+) size=(?<size>\d+))?|(?:min|max) value is outside of the allowed memory range|^value -?\d+ makes (?:map_value|mem) pointer be out of bounds/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'R7 max value is outside of the allowed memory range' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'beyond_struct',
    pattern: /^access beyond (?:struct (?<struct>\w+) at off |the end of member \w+ \(.*\) in struct (?<holder>\w+))/,
    example: { kernel: '6.12.117+deb12-cloud-amd64', text: 'access beyond struct sock at off 1304 size 4' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'zero_size',
    pattern: /\binvalid zero-sized read/,
    example: { kernel: '6.12.117+deb12-cloud-amd64', text: 'R4 invalid zero-sized read: u64=[0,63]' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'not_constant',
    // Kernels before 6.1 name the size of a reservation in these words, and nothing else.
    pattern: /^R\d+ is not a (?:known )?const(?:ant)?'?$|^R\d+ unbounded size, use 'var &= const'/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: "R2 is not a known constant'" },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'locked',
    pattern:
      /^function calls are not allowed while holding a lock|^(?<lock>bpf_(?:spin|rcu_read|res_spin|preempt|local_irq)_\w+) is missing|cannot be used inside (?<region>bpf_\w+lock)-ed region/,
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'function calls are not allowed while holding a lock' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'stack_bounds',
    pattern:
      /^invalid (?:indirect access to|variable-offset indirect access to|write to) stack R\d+ off=(?<offset>-\d+) size=(?<size>\d+)$|^invalid stack type R\d+ off=(?<at>-\d+) access_size=(?<length>\d+)$/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'invalid indirect access to stack R1 off=-8 size=16' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'spilled_pointer',
    pattern: /^invalid size of register (?:fill|spill)|^corrupted spill memory|^attempt to corrupt spilled pointer/,
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'invalid size of register fill' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'untrusted_pointer',
    pattern:
      /^R\d+ must be (?:referenced(?: or trusted)?|a rcu pointer)$|^(?:arg#\d+|R\d+) pointer type STRUCT (?<type>\w+) must point to scalar|^R\d+ is \S+ expected STRUCT (?<struct>\w+)/,
    example: { kernel: '6.12.117+deb12-cloud-amd64', text: 'R1 must be a rcu pointer' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'const_string',
    pattern:
      /^R\d+ does not point to a readonly map|^(?:arg#\d+|R\d+) doesn't point to a const string$|^(?:fmt|map|string) (?:string )?is not zero-terminated/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: "R3 does not point to a readonly map'" },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'unset_register',
    pattern: /^R\d+ !read_ok$/,
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'R2 !read_ok' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'return_value',
    pattern:
      /^At program exit the register R0 has (?:value \((?<number>0x[0-9a-f]+); 0x0\)|smin=(?<smin>-?\d+) smax=\k<smin>(?!\d)|.*?) ?should have been in (?<allowed>[([][^)\]]+[)\]])/,
    example: {
      kernel: '6.12.117+deb12-cloud-amd64',
      text: 'At program exit the register R0 has smin=1 smax=1 should have been in [-4095, 0]',
    },
  },
];
