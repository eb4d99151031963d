import { always, type Cell, fails, failsAt, from, PASS, type Row, warns, warnsHere } from '../cells.ts';

/** Contexts, sections and records that people reported; each finding is to name the line marked with the name of its program. */
type Cause = readonly [reason: string, program: string];
const rejected = (...causes: readonly Cause[]): Cell =>
  failsAt(...causes.map(([reason, program]) => ['VERIFIER_REJECTION', reason, program] as const));

const CONTEXTS: readonly Cause[] = [
  ['context_field', 'reads_target'],
  ['context_field', 'reads_length'],
  ['option_bounds', 'gets_option'],
  // systemd/systemd#34650 (its kind)
  ['stack_index', 'names_setting'],
  // bpftrace/bpftrace#3479
  ['pointer_bits', 'hands_out'],
];
const inert = (...programs: readonly string[]): Cell => ({
  status: 'pass',
  reported: programs.map((subject) => ({ code: 'LSM_BPF_NOT_ENABLED', reason: undefined, subject, mark: undefined })),
  unattached: [],
});
const NO_STORAGE = failsAt(['HELPER_NOT_ALLOWED', 'program_type', 'remembers']);

export const REPORTED_CONTEXTS: readonly Row[] = [
  // bpftrace/bpftrace#3805: pointers are read whole since 6.14, which went into 6.12.
  from('6.12', 'verifier_contexts', rejected(...CONTEXTS), rejected(...CONTEXTS, ['argument_width', 'takes_half'])),
  always('verifier_contexts_fixed', PASS),
  // castai/kvisor#389
  always('helper_sk_storage', NO_STORAGE),
  from('6.1', 'helper_sk_storage_fixed', NO_STORAGE),
  // loxilb-io/loxilb-ebpf#78
  always('loader_section_near', fails('UNKNOWN_SECTION', 'section', 'picks')),
  always('loader_section_near_fixed', PASS),
  // libbpf/libbpf-rs#1259
  always('attach_tracepoint_exit', warnsHere('TRACEPOINT_CONTEXT_MISMATCH', 'record_too_short', 'unmapped')),
  always('attach_tracepoint_exit_fixed', PASS),
  // grafana/alloy#4562
  from(
    '6.16',
    'attach_tracepoint_lost_field',
    PASS,
    warnsHere('TRACEPOINT_CONTEXT_MISMATCH', 'record_too_short', 'probe'),
  ),
  always('attach_tracepoint_lost_field_fixed', PASS),
  // cilium/cilium#21907 (its words), masoncl/rsched#4
  always('verifier_paths', rejected(['null_path', 'not_set'], ['out_of_bounds', 'counts'])),
  always('verifier_paths_fixed', PASS),
  // kernel-patches/bpf#9664: the argument became a union in 6.3, and such functions are traced since 6.18.
  {
    object: 'attach_fentry_union_argument',
    since: [
      ['5.10', PASS],
      ['6.12', fails('TRAMPOLINE_UNSUPPORTED', 'struct_argument', 'probe')],
      ['6.18', PASS],
    ],
  },
  always('attach_fentry_union_argument_fixed', PASS),
  // near iovisor/bcc#2961. Debian 11 leaves bpf out of CONFIG_LSM.
  from('6.1', 'attach_lsm_own', inert('denies', 'creates'), warns('POLICY_DENIED', 'own_program', 'creates')),
  from('6.1', 'attach_lsm_own_fixed', inert('denies', 'creates')),
  // iovisor/bcc#4031
  from('6.1', 'map_run_time', fails('KERNEL_WARNING', 'run_time_map', 'counts')),
  always('map_run_time_fixed', PASS),
];
