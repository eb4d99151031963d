import type { TextRule } from './rule.ts';

/** Verifier words for values and addresses that are used as their kind does not allow. Tried before the words for memory. */
export const VALUE_RULES: readonly TextRule[] = [
  {
    code: 'VERIFIER_REJECTION',
    reason: 'map_structure',
    // Of objects that are no map the kernel says "only read is supported".
    pattern: /^only read from bpf_\w+ is supported$/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'only read from bpf_array is supported' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'no_map',
    pattern: /^R\d+ type=(?<given>(?!\S*_or_null)\S+) +expected=map_ptr$/,
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'R1 type=inv expected=map_ptr' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'packet_offset',
    pattern: /^math between pkt pointer and register with unbounded/,
    example: {
      kernel: '6.1.0-56-cloud-amd64',
      text: 'math between pkt pointer and register with unbounded min value is not allowed',
    },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'pointer_bits',
    pattern: /^R\d+ (?:bitwise operator|pointer arithmetic with) \S+ (?:on pointer|operator) prohibited/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'R1 bitwise operator ^= on pointer prohibited' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'stack_index',
    pattern:
      /^invalid (?:unbounded )?variable-offset(?: indirect)? (?:read from|write to|access to) stack R\d+|^math between fp pointer and register with unbounded|^value -?\d+ makes fp pointer be out of bounds|^fp pointer offset -?\d+ is not allowed|^variable stack access/,
    example: {
      kernel: '6.1.0-56-cloud-amd64',
      text: 'invalid variable-offset read from stack R1 var_off=(0x0; 0x1f) size=1',
    },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'returns_stack',
    pattern: /^cannot return stack pointer to the caller/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'cannot return stack pointer to the caller' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'atomic_place',
    pattern: /^BPF_(?:XADD|ATOMIC) stores into R\d+ (?!ctx\b)(?<memory>\S+) is not allowed/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'BPF_ATOMIC stores into R1 pkt is not allowed' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'packet_load',
    pattern: /^BPF_LD_\[ABS\|IND\] instructions not allowed for this program type/,
    example: {
      kernel: '6.1.0-56-cloud-amd64',
      text: 'BPF_LD_[ABS|IND] instructions not allowed for this program type',
    },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'foreign_memory',
    pattern:
      /^(?<function>bpf_\w+)\(\) may write into memory pointed by R\d+ type=(?<type>\S+)|^R\d+ type=(?<given>(?:(?:trusted|rcu|untrusted|user)_)*ptr_\w*|inv|scalar) +expected=fp\b/,
    example: {
      kernel: '6.12.117+deb12-cloud-amd64',
      text: 'bpf_map_lookup_elem() may write into memory pointed by R2 type=trusted_ptr_',
    },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'kernel_field',
    pattern: /^(?<field>bpf_\w+|kptr) cannot be accessed directly by load\/store/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'bpf_spin_lock cannot be accessed directly by load/store' },
  },
  {
    code: 'INVALID_MAP_PARAMS',
    reason: 'field_twice',
    subject: 'map',
    pattern: /^map '(?<map>[^']+)' has more than one 'struct (?<field>bpf_\w+)'/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: "map 'slots' has more than one 'struct bpf_spin_lock'" },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'callback_result',
    pattern:
      /^At callback return the register R0 has (?:value \((?<number>0x[0-9a-f]+); 0x0\)|smin=(?<smin>-?\d+) smax=\k<smin>(?!\d)|.*?) ?should have been in (?<allowed>[([][^)\]]+[)\]])/,
    example: {
      kernel: '6.1.0-56-cloud-amd64',
      text: 'At callback return the register R0 has value (0x2; 0x0) should have been in (0x0; 0x1)',
    },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'map_key',
    pattern: /^write to change key R\d+ not allowed/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'write to change key R2 not allowed' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'dynptr_unset',
    pattern: /^Expected an initialized dynptr as /,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'Expected an initialized dynptr as arg #1' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'dynptr_memory',
    pattern: /^Unsupported reg type (?<type>\S+) for bpf_dynptr_from_mem data/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'Unsupported reg type fp for bpf_dynptr_from_mem data' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'iterator_unset',
    pattern: /^expected an initialized (?<iterator>iter_\w+) as /,
    example: { kernel: '6.12.117+deb12-cloud-amd64', text: 'expected an initialized iter_num as arg #0' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'iterator_begun',
    pattern: /^expected uninitialized (?<iterator>iter_\w+) as /,
    example: { kernel: '6.12.117+deb12-cloud-amd64', text: 'expected uninitialized iter_num as arg #0' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'cgroup_storages',
    pattern: /^only one cgroup storage of each type is allowed/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'only one cgroup storage of each type is allowed' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'storage_flags',
    pattern: /^get_local_storage\(\) doesn't support non-zero flags/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: "get_local_storage() doesn't support non-zero flags" },
  },
];
