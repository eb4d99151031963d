import type { TextRule } from './rule.ts';

const NEWEST = '7.3.4+deb13-cloud-amd64';
const OLDEST = '5.10.0-46-cloud-amd64';

/** Verifier words for pointers, buffers and functions of a kind that does not go with what is done with them. */
export const MISUSE_RULES: readonly TextRule[] = [
  {
    code: 'VERIFIER_REJECTION',
    reason: 'callback_map',
    pattern: /^callback function not allowed for map$/,
    example: { kernel: NEWEST, text: 'callback function not allowed for map' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'many_maps',
    pattern: /^The total number of maps per program has reached the limit of /,
    example: {
      kernel: '7.3.4+deb13-cloud-amd64',
      text: 'The total number of maps per program has reached the limit of 64',
    },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'packet_end',
    pattern: /^R\d+ pointer arithmetic on pkt_end prohibited/,
    example: { kernel: OLDEST, text: 'R1 pointer arithmetic on pkt_end prohibited' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'fixed_pointer',
    pattern: /^R\d+ pointer arithmetic on (?<memory>(?!\S*_or_null)\S+) prohibited/,
    example: { kernel: OLDEST, text: 'R1 pointer arithmetic on map_ptr prohibited' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'two_pointers',
    pattern: /^R\d+ pointer \S+ pointer prohibited|^R\d+ tried to subtract pointer from scalar/,
    example: { kernel: OLDEST, text: 'R0 pointer += pointer prohibited' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'pointer_bits',
    pattern: /^R\d+ 32-bit pointer arithmetic prohibited/,
    example: { kernel: OLDEST, text: 'R1 32-bit pointer arithmetic prohibited' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'packet_offset',
    pattern: /^pkt pointer offset -?\d+ is not allowed/,
    example: { kernel: NEWEST, text: 'pkt pointer offset -9223372036854775808 is not allowed' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'out_of_bounds',
    pattern: /^\w+ pointer offset -?\d+ is not allowed/,
    example: { kernel: NEWEST, text: 'map_value pointer offset -9223372034707292160 is not allowed' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'merged_access',
    pattern: /^same insn cannot be used with (?:different pointers|and without arena pointer)/,
    example: { kernel: OLDEST, text: 'same insn cannot be used with different pointers' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'packet_argument',
    pattern: /^helper access to the packet is not allowed/,
    example: { kernel: OLDEST, text: 'helper access to the packet is not allowed' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'socket_field',
    pattern: /^R\d+ invalid (?<memory>\w*sock\w*) access off=(?<offset>-?\d+) size=(?<size>\d+)/,
    example: { kernel: OLDEST, text: 'R1 invalid sock_common access off=16 size=4' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'variable_field',
    pattern: /^R\d+ is ptr_(?<struct>\w+) invalid variable offset/,
    example: {
      kernel: OLDEST,
      text: 'R6 is ptr_task_struct invalid variable offset: off=2736, var_off=(0x0; 0xf)',
    },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'tagged_memory',
    pattern: /^R\d+ is ptr_(?<struct>\w+) access (?<memory>user|percpu) memory/,
    example: { kernel: '6.12', text: 'R1 is ptr_sockaddr access user memory: off=0' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'read_only_memory',
    pattern: /^R\d+ cannot write into (?<memory>(?!ptr_|packet)\w+)/,
    example: { kernel: '6.12.118+deb13-cloud-amd64', text: 'R0 cannot write into rdonly_mem' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'tail_call_result',
    pattern: /^tail_call is only allowed in functions that return 'int'/,
    example: { kernel: OLDEST, text: "tail_call is only allowed in functions that return 'int'." },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'packet_load_result',
    pattern: /^LD_ABS is only allowed in functions that return 'int'/,
    example: { kernel: OLDEST, text: "LD_ABS is only allowed in functions that return 'int'." },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'callback_linkage',
    pattern: /^callback function not static/,
    example: { kernel: NEWEST, text: 'callback function not static' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'impossible_arithmetic',
    pattern: /^div by zero$|^invalid shift (?<size>-?\d+)/,
    example: { kernel: OLDEST, text: 'invalid shift 64' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'stack_index',
    pattern: /^variable offset stack pointer cannot be passed into helper function/,
    example: {
      kernel: '6.12',
      text: 'variable offset stack pointer cannot be passed into helper function; var_off=(0x0; 0xf) off=-32 size=8',
    },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'not_constant',
    pattern: /^R\d+ must be a known constant/,
    example: { kernel: '6.12', text: 'R4 must be a known constant' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'no_end',
    // What newer compilers put where they take the code for impossible.
    pattern: /^unexpected __bpf_trap\(\)/,
    example: { kernel: NEWEST, text: 'unexpected __bpf_trap() due to uninitialized variable?' },
  },
  {
    code: 'STACK_LIMIT',
    reason: 'frame',
    pattern: /^stack size of subprog \d+ is (?<size>\d+)\. Too large/,
    example: { kernel: '6.18', text: 'stack size of subprog 1 is 544. Too large' },
  },
  {
    code: 'UNSUPPORTED_GLOBAL_FUNCTION',
    reason: 'signature',
    subject: 'function',
    // Two lines of the log, of which the second one alone is a note about every program.
    pattern: /^Validating (?<function>[\w.]+)\(\) func#\d+\.\.\. arg#\d+ reference type\(/,
    example: {
      kernel: '6.1.0-57-cloud-amd64',
      text: "Validating each() func#1... arg#1 reference type('UNKNOWN ') size cannot be determined: -22",
    },
  },
  {
    code: 'TRAMPOLINE_UNSUPPORTED',
    reason: 'struct_result',
    pattern:
      /^The function (?<function>\S+) return type \S+ is unsupported|^Attach to function \S+ with a >8 byte return value/,
    example: { kernel: OLDEST, text: 'The function current_time return type STRUCT is unsupported.' },
  },
  {
    code: 'KFUNC_NOT_ALLOWED',
    reason: 'context',
    pattern: /^css_task_iter is only allowed in /,
    example: {
      kernel: '6.12',
      text: 'css_task_iter is only allowed in bpf_lsm, bpf_iter and sleepable progs',
    },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'replaced_signature',
    pattern:
      /^\w+\(\) has \d+ args while (?<function>\w+)\(\) has \d+ args|^Return type \S+ of \w+\(\) doesn't match|^arg\d+ in \w+\(\) (?:is|has) |^arg\d+ \w+\(struct \S+ \*\) doesn't match/,
    example: { kernel: OLDEST, text: 'replaces() has 2 args while prog1() has 1 args' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'replaced_packet',
    pattern: /^Extension program changes packet data, while original does not/,
    example: { kernel: NEWEST, text: 'Extension program changes packet data, while original does not' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'replaced_awake',
    pattern: /^Extension program may sleep, while original does not/,
    example: { kernel: NEWEST, text: 'Extension program may sleep, while original does not' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'replaced_function',
    pattern:
      /^Cannot replace (?:static|kernel) functions|^Cannot extend fentry\/fexit|^Cannot recursively attach|^Subprog \S+ doesn't exist/,
    example: { kernel: OLDEST, text: 'Cannot replace static functions' },
  },
];
