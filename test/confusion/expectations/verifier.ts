import { always, type Cell, fails, failsHere, from, PASS, type Row } from '../cells.ts';

const rejected = (reason: string): Cell => failsHere('VERIFIER_REJECTION', reason);
const globalFunction = (name: string): Cell => failsHere('UNSUPPORTED_GLOBAL_FUNCTION', 'signature', name);
const stack = (reason: string): Cell => fails('STACK_LIMIT', reason, 'probe');

export const VERIFIER: readonly Row[] = [
  always('verifier_null_check', rejected('null_check')),
  always('twin_frightening_source', failsHere('VERIFIER_REJECTION', 'null_check', 'cannot_use_helper')),
  always('verifier_map_bounds', rejected('past_end')),
  always('verifier_rodata_write', rejected('map_read_only')),
  always('verifier_packet_bounds', rejected('packet_bounds')),
  always('verifier_unbounded', rejected('unbounded')),
  always('verifier_uninit_register', rejected('unset_register')),
  // Upstream since 6.3. Debian's 5.10 and 6.1 have it from the stable series: their verifiers take the program.
  always('verifier_uninit_padding', PASS),
  always('verifier_ctx_access', rejected('ctx_access')),
  // Nothing the program does is wrong: newer verifiers see it.
  from('6.8', 'verifier_not_equal', rejected('verifier_precision')),
  from('5.16', 'verifier_ctx_newer_field', rejected('ctx_access')),
  always('verifier_misaligned', rejected('misaligned')),
  always('verifier_reference', rejected('reference')),
  always('verifier_argument_type', rejected('no_map')),
  always('verifier_return_value', rejected('return_value')),
  always('verifier_pointer_arithmetic', rejected('pointer_bits')),
  always('verifier_btf_write', rejected('btf_access')),
  always('verifier_unreachable', rejected('structure')),
  always('verifier_jump_out', rejected('structure')),
  always('verifier_recursion', fails('VERIFIER_REJECTION', 'structure', 'probe')),
  always('verifier_endless_loop', rejected('infinite_loop')),
  // The number of branches that may wait for their turn was 8192; 7.2 and later take ten thousand.
  from('7.2', 'verifier_jump_sequence', fails('VERIFIER_COMPLEXITY', 'limit', 'probe')),
  always('verifier_stack_frame', failsHere('STACK_LIMIT', 'frame')),
  always('verifier_stack_combined', stack('combined')),
  // Private stacks for tracing programs: upstream since 6.13.
  from('6.13', 'verifier_stack_private', stack('combined')),
  // Eight frames up to 7.1; 7.2 and later go deeper (and reject twenty-four).
  from('7.2', 'verifier_frames', stack('combined')),
  from('5.13', 'verifier_global_struct', globalFunction('sum')),
  always('verifier_global_pointer', globalFunction('same')),
  // 7.1 and later take functions without a result; the words of their rejections changed with it.
  from('7.1', 'verifier_global_void', globalFunction('keep')),
  always('verifier_wrong_map', failsHere('MAP_PROG_INCOMPATIBLE', 'map')),
  always('verifier_spin_lock', fails('MAP_PROG_INCOMPATIBLE', 'tracing_field', 'probe')),
  {
    object: 'several_causes',
    since: [
      [
        '5.10',
        {
          status: 'fail',
          reported: [
            { code: 'VERIFIER_REJECTION', reason: 'null_check', subject: 'unchecked', mark: 'first' },
            { code: 'HELPER_NOT_ALLOWED', reason: 'program_type', subject: 'packetless', mark: 'second' },
          ],
          unattached: [],
        },
      ],
    ],
  },
];

const instruction = (reason: string): Cell => failsHere('UNSUPPORTED_INSTRUCTION', reason);

export const INSTRUCTIONS: readonly Row[] = [
  from('5.12', 'isa_v3_fetch_add', instruction('atomic')),
  from('6.6', 'isa_v4_movsx', instruction('reserved')),
  from('6.6', 'isa_v4_sdiv', instruction('reserved')),
  from('6.6', 'isa_v4_ldsx', instruction('reserved')),
  // Upstream since 6.6; Debian's 6.1.176 has it from the stable series: it follows the jump over a bad instruction.
  from('6.1', 'isa_v4_gotol', instruction('opcode')),
  from('6.9', 'isa_may_goto', instruction('opcode')),
  from('6.15', 'isa_load_acquire', instruction('atomic')),
  always('isa_unknown_opcode', instruction('opcode')),
  from('5.13', 'isa_callback_in_dead_code', instruction('callback')),
];
