import { always, type Cell, fails, failsHere, from, loads, PASS, type Row, warns, warnsHere } from '../cells.ts';

/**
 * Causes that people met and reported in public trackers, each as a program of our own with one that is corrected as the
 * remedy says. The comment names a report of the kind.
 */
/** Upstream since 6.12; Debian builds with it from 6.16 on. */
const scheduler = (object: string, cell: Cell = PASS): Row => ({
  object,
  since: [
    ['5.10', fails('STRUCT_OPS_UNSUPPORTED', 'kernel_too_old', 'sched_ext_ops')],
    ['6.12', fails('STRUCT_OPS_UNSUPPORTED', 'compiled_out', 'sched_ext_ops')],
    ['6.16', cell],
  ],
});
const unknownHelper = failsHere('UNSUPPORTED_HELPER', 'unknown');
const renamedType = failsHere(
  'CORE_RELOCATION_FAILURE',
  'type_missing',
  'struct trace_event_raw_block_rq_complete.nr_sector',
);
const sharedArray = (map: string): Cell => ({
  status: 'fail',
  reported: [{ code: 'TAIL_CALL_INCOMPATIBLE', reason: undefined, subject: map, mark: 'here' }],
  unattached: [],
});
/** An object of maps alone: nothing of it runs, which is said. */
const mapsOnly: Cell = {
  status: 'pass',
  reported: [{ code: 'NOTHING_LOADED', reason: 'no_program', subject: undefined, mark: undefined }],
  unattached: [],
};
const inert = (subject: string) => ({ code: 'LSM_BPF_NOT_ENABLED', reason: undefined, subject, mark: undefined });
const inertHook: Cell = { status: 'pass', reported: [inert('probe')], unattached: [] };

export const REPORTED: readonly Row[] = [
  // bottlerocket-os/bottlerocket#4702, cilium/tetragon#4856: in stable series from 6.1.192 and 6.12.117 on.
  {
    object: 'tail_call_two_hooks',
    since: [
      ['5.10', PASS],
      ['6.1', sharedArray('bind_steps')],
      ['6.16', PASS],
      ['6.17', sharedArray('bind_steps')],
    ],
  },
  always('tail_call_two_hooks_fixed', PASS),
  // bytedance/vArmor-ebpf#20
  from(
    '6.1',
    'tail_call_lsm',
    { status: 'pass', reported: [inert('on_unlink'), inert('on_symlink')], unattached: [] },
    sharedArray('checks'),
  ),
  // What follows from a program that does not load is not a cause of its own.
  from('6.1', 'tail_call_target_fails', failsHere('UNSUPPORTED_HELPER', 'unknown', 'clock_step')),
  // kubearmor/KubeArmor#1836
  {
    object: 'verifier_trusted_null',
    since: [
      ['5.10', inertHook],
      ['6.1', PASS],
      ['6.12', failsHere('VERIFIER_REJECTION', 'null_check')],
    ],
  },
  from('6.1', 'verifier_trusted_null_fixed', inertHook),
  // kubearmor/KubeArmor#2544
  from('6.18', 'verifier_stack_overread', PASS, failsHere('VERIFIER_REJECTION', 'stack_overread')),
  always('verifier_stack_overread_fixed', PASS),
  // libbpf/libbpf#694, cilium/cilium#33968
  from('6.1', 'map_timer_without_btf', unknownHelper, failsHere('INVALID_MAP_PARAMS', 'needs_btf', 'jobs')),
  from('6.1', 'map_timer_without_btf_fixed', unknownHelper),
  // iovisor/bcc#3657
  from('6.1', 'attach_fentry_struct_argument', fails('TRAMPOLINE_UNSUPPORTED', 'struct_argument', 'probe')),
  always('attach_fentry_struct_argument_fixed', PASS),
  // iovisor/bcc#124
  from('6.1', 'verifier_format_string', unknownHelper, failsHere('VERIFIER_REJECTION', 'format_string')),
  from('6.1', 'verifier_format_string_fixed', unknownHelper),
  // loxilb-io/loxilb#661
  always('map_cpumap_too_many', fails('INVALID_MAP_PARAMS', 'too_many_cpus', 'cpus')),
  always('map_cpumap_too_many_fixed', mapsOnly),
  // near sched-ext/scx#3741
  scheduler('prog_struct_ops_sleepable_member', fails('STRUCT_OPS_MISMATCH', 'sleepable_member', 'on_tick')),
  scheduler('prog_struct_ops_sleepable_member_fixed'),
  // The file of a USDT probe is not in the guest.
  always('attach_usdt_missing_file', loads('probe')),
  always('attach_usdt_missing_file_fixed', PASS),
  // sched-ext/scx#3672. The BTF of Debian's 7.2 has another signature for the function than its source.
  {
    object: 'kfunc_scheduler',
    since: [
      ['5.10', failsHere('MISSING_KFUNC', 'kernel_too_old', 'scx_bpf_kick_cpu')],
      ['6.12', failsHere('MISSING_KFUNC', 'compiled_out', 'scx_bpf_kick_cpu')],
      ['6.16', PASS],
      ['7.2', failsHere('KFUNC_SIGNATURE_MISMATCH', 'kernel_btf', 'scx_bpf_kick_cpu')],
      ['7.3', PASS],
    ],
  },
  // sched-ext/scx#3562: the BTF of Debian's 7.1 and 7.2 shows an argument that the kernel fills in itself.
  {
    object: 'kfunc_hidden_argument',
    since: [
      ['5.10', failsHere('MISSING_KFUNC', 'kernel_too_old', 'scx_bpf_create_dsq')],
      ['6.12', failsHere('MISSING_KFUNC', 'compiled_out', 'scx_bpf_create_dsq')],
      ['6.16', PASS],
      ['7.1', failsHere('KFUNC_SIGNATURE_MISMATCH', 'kernel_btf', 'scx_bpf_create_dsq')],
      ['7.3', PASS],
    ],
  },
  scheduler('kfunc_hidden_argument_fixed'),
  // An inner map that only the loader knows: the check fits its own one, or says that it made it up.
  from('6.1', 'loader_inner_map_value', failsHere('UNSUPPORTED_HELPER', 'unknown', 'newer')),
  always('loader_inner_map_value_fixed', PASS),
  always('loader_inner_map_ringbuf', PASS),
  always('loader_inner_map_ringbuf_fixed', PASS),
  always('loader_inner_map_queue', failsHere('LOADER_CONTRACT', 'inner_map', 'queues')),
  always('loader_inner_map_queue_fixed', PASS),
  // bpfsnoop/bpfsnoop#40
  from('6.12', 'attach_fentry_many_arguments', warns('TRAMPOLINE_UNSUPPORTED', 'many_arguments')),
  always('attach_fentry_many_arguments_fixed', PASS),
  // elastic/ebpf#200
  from('6.12', 'verifier_fexit_result', PASS, failsHere('VERIFIER_REJECTION', 'traced_arguments')),
  always('verifier_fexit_result_fixed', PASS),
  // bpftrace/bpftrace#2279
  always('helper_path_place', failsHere('HELPER_NOT_ALLOWED', 'context')),
  always('helper_path_place_fixed', PASS),
  // dae#482: a static function that is not inlined
  from('6.1', 'core_type_in_function', PASS, renamedType),
  always('core_type_in_function_fixed', PASS),
  // iovisor/bcc#4076
  from('6.1', 'core_type_renamed', PASS, renamedType),
  always('core_type_renamed_fixed', PASS),
  // A helper that newer kernels offer to more types of programs.
  from('6.16', 'helper_netns_cookie', failsHere('HELPER_NOT_ALLOWED', 'program_type')),
  always('helper_netns_cookie_fixed', PASS),
  // iovisor/bcc#124: no kernel rejects it, and it never prints.
  always('helper_print_float', warnsHere('PRINTS_NOTHING', 'conversion')),
  always('helper_print_float_fixed', PASS),
  // iovisor/bcc#5366: the field is read where it was.
  from('6.12', 'attach_tracepoint_moved_field', PASS, warnsHere('TRACEPOINT_CONTEXT_MISMATCH', 'moved_field')),
  always('attach_tracepoint_moved_field_fixed', PASS),
];
