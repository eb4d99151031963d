import { always, type Cell, fails, failsAt, failsHere, from, PASS, type Row } from '../cells.ts';

/** Limits, sizes and names that people ran into, in objects that no kernel accepts or that newer ones reject. */
const rejected = (...causes: readonly (readonly [reason: string, program: string])[]): Cell =>
  failsAt(...causes.map(([reason, program]) => ['VERIFIER_REJECTION', reason, program] as const));
const missing = (...functions: readonly (readonly [name: string, mark: string])[]): Cell => ({
  status: 'fail',
  reported: functions.map(([subject, mark]) => ({ code: 'MISSING_KFUNC', reason: 'strong', subject, mark })),
  unattached: [],
});
const stumbles = (place: string): Cell => ({
  status: 'fail',
  reported: [
    { code: 'VERIFIER_INTERNAL', reason: 'bug', subject: 'probe', mark: 'here' },
    { code: 'KERNEL_WARNING', reason: 'warning', subject: place, mark: undefined },
  ],
  unattached: [],
});
const NO_KFUNCS = missing(
  ['bpf_task_from_pid', 'first'],
  ['bpf_get_file_xattr', 'reads_note'],
  ['bpf_wq_init', 'queues'],
  ['bpf_cpumask_create', 'second'],
);
const NO_CALLBACKS = failsAt(['UNSUPPORTED_INSTRUCTION', 'callback', 'probe']);

export const REPORTED_LIMITS: readonly Row[] = [
  // Karib0u/rustinel#343, iovisor/bcc#5169
  always('verifier_sizes', rejected(['out_of_bounds', 'joins_words'], ['context_width', 'keeps_socket'])),
  always('verifier_sizes_fixed', PASS),
  // near iovisor/bcc#4291
  always('isa_indirect_call', failsHere('VERIFIER_REJECTION', 'indirect_call')),
  always('isa_indirect_call_fixed', PASS),
  // cilium/cilium#44651
  always('map_many', fails('VERIFIER_REJECTION', 'many_maps', 'probe')),
  always('map_many_fixed', PASS),
  // iovisor/bcc#5404
  always('attach_usdt_maps', {
    status: 'pass',
    reported: [
      { code: 'OBJECT_NOT_LIBBPF_COMPATIBLE', reason: 'usdt_maps', subject: 'no_maps', mark: undefined },
      { code: 'NEEDS_ATTACH_TARGET', reason: 'section_form', subject: 'with_offset', mark: undefined },
      { code: 'NEEDS_ATTACH_TARGET', reason: 'section_form', subject: 'no_name', mark: undefined },
    ],
    unattached: [],
  }),
  always('attach_usdt_maps_fixed', { ...PASS, unattached: ['no_maps', 'no_name'] }),
  from('6.1', 'verifier_moved_record', PASS, failsHere('VERIFIER_REJECTION', 'moved_pointer')),
  always('verifier_moved_record_fixed', PASS),
  from('6.1', 'helper_walk_trie', NO_CALLBACKS, rejected(['callback_map', 'probe'])),
  from('6.1', 'helper_walk_trie_fixed', NO_CALLBACKS),
  // Older kernels accept it; 6.18 to 7.1 stumble over it, and say so.
  {
    object: 'tail_call_callback',
    since: [
      ['5.10', NO_CALLBACKS],
      ['6.1', PASS],
      ['6.18', stumbles('__mark_chain_precision')],
      ['7.1', stumbles('bpf_mark_chain_precision')],
      ['7.2', failsHere('VERIFIER_REJECTION', 'callback_call')],
    ],
  },
  from('6.1', 'tail_call_callback_fixed', NO_CALLBACKS),
  // sched-ext/scx#810 (joins)
  from(
    '6.12',
    'kfunc_handed',
    NO_KFUNCS,
    rejected(
      ['moved_pointer', 'gives_back'],
      ['const_string', 'reads_note'],
      ['field_place', 'queues'],
      ['kfunc_memory', 'joins'],
    ),
  ),
  from('6.12', 'kfunc_handed_fixed', NO_KFUNCS),
  // cilium/pwru#32, xdp-project/xdp-tools#259
  always('file_c_library', fails('OBJECT_NOT_LIBBPF_COMPATIBLE', 'extern', 'memcmp')),
  always('file_c_library_fixed', PASS),
  // libbpf/libbpf-bootstrap#186
  always('kfunc_unmarked', fails('OBJECT_NOT_LIBBPF_COMPATIBLE', 'extern', 'bpf_task_from_pid')),
  from('6.12', 'kfunc_unmarked_fixed', missing(['bpf_task_from_pid', 'probe'])),
  // KanishJebaMathewM/Truxify#13084
  always('verifier_lock_number', failsHere('VERIFIER_REJECTION', 'field_place')),
  always('verifier_lock_number_fixed', PASS),
  // bpftrace/bpftrace#3764
  always('helper_skb_output', failsHere('HELPER_NOT_ALLOWED', 'program_type')),
  always('helper_skb_output_fixed', PASS),
  always('prog_struct_ops_reused', fails('OBJECT_NOT_LIBBPF_COMPATIBLE', 'struct_ops_program', 'control')),
  always('prog_struct_ops_reused_fixed', PASS),
  always('verifier_source_address', failsHere('VERIFIER_REJECTION', 'context_field')),
  always('verifier_source_address_fixed', PASS),
  always('loader_section_underscore', fails('UNKNOWN_SECTION', 'section', 'probe')),
  always('loader_section_underscore_fixed', PASS),
];
