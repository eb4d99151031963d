import { always, type Cell, failsAt, from, PASS, type Row } from '../cells.ts';

/**
 * Values, addresses and references in ways that verifiers reject and that people reported, several to an object; each
 * finding is to name the line marked with the name of its program.
 */
type Cause = readonly [reason: string, program: string];
const rejected = (...causes: readonly Cause[]): Cell =>
  failsAt(...causes.map(([reason, program]) => ['VERIFIER_REJECTION', reason, program] as const));
const at = (code: string, reason: string | undefined, subject: string, mark?: string) => ({
  code,
  reason,
  subject,
  mark,
});
const reported = (...causes: Cell['reported']): Cell => ({ status: 'fail', reported: causes, unattached: [] });
const rejection = (reason: string, subject: string, mark = subject) => at('VERIFIER_REJECTION', reason, subject, mark);

// near cilium/tetragon#925. What helpers only read stays known since 6.14.
const COUNTED: readonly Cause[] = [
  ['passed_counter', 'looks_up'],
  ['stack_counter', 'half'],
];

const ADDRESSES: readonly Cause[] = [
  // takehaya/bpf-ninja#33, vmware-archive/p4c-xdp#34
  ['packet_offset', 'adds_unbounded'],
  // parttimenerd/ebpf-verifier-errors#10, iovisor/bcc#3206, iovisor/bcc#209
  ['foreign_memory', 'looks_up_name'],
  ['past_end', 'past_record'],
  // xdp-project/xdp-tutorial#218
  ['pointer_bits', 'rounds_down'],
  ['returns_stack', 'keeps_frame'],
  ['atomic_place', 'counts_in_packet'],
  // parttimenerd/ebpf-verifier-errors#6
  ['stack_index', 'wide_stack_index'],
  ['record_header', 'reads_common'],
  ['packet_load', 'reads_old_way'],
  // parttimenerd/ebpf-verifier-errors#11
  ['packet_end', 'moves_end'],
  ['two_pointers', 'adds_pointers'],
  ['merged_access', 'merges'],
  ['fixed_pointer', 'moves_map'],
  ['packet_argument', 'sends_packet'],
  ['socket_field', 'reads_mark'],
  ['not_acquired', 'releases_lent'],
  ['tail_call_result', 'jumps_away'],
  // nothepeople/ONCache#1
  ['packet_load_result', 'loads_old'],
  ['impossible_arithmetic', 'shifts_out'],
];

const callback = (...programs: readonly string[]): Cell =>
  reported(...programs.map((program) => at('UNSUPPORTED_INSTRUCTION', 'callback', program, `calls_${program}`)));
const newHelpers = (...programs: readonly (readonly [program: string, mark: string])[]): Cell =>
  reported(...programs.map(([program, mark]) => at('UNSUPPORTED_HELPER', 'unknown', program, mark)));
const kfunc = (name: string, mark: string) => at('MISSING_KFUNC', 'strong', name, mark);
const OWNED_KFUNCS: Cell = reported(
  kfunc('bpf_task_from_pid', 'from_pid'),
  kfunc('bpf_iter_num_new', 'begun'),
  kfunc('bpf_iter_num_next', 'skips_new'),
  kfunc('bpf_task_release', 'gives_away'),
  kfunc('bpf_iter_task_new', 'iterates'),
  kfunc('bpf_preempt_disable', 'turned_off'),
  kfunc('bpf_preempt_enable', 'turns_on'),
);

export const REPORTED_VALUES: readonly Row[] = [
  // A pointer that may be NULL is moved: from 6.16 on the check may come after it.
  from(
    '6.16',
    'verifier_addresses',
    rejected(...ADDRESSES, ['verifier_precision', 'adds_unchecked']),
    rejected(...ADDRESSES),
  ),
  always('verifier_addresses_fixed', PASS),
  from(
    '6.16',
    'verifier_loop_counters',
    rejected(...COUNTED, ['passed_counter', 'compares'], ['passed_counter', 'updates']),
    rejected(...COUNTED),
  ),
  always('verifier_loop_counters_fixed', PASS),
  always(
    'verifier_owned',
    rejected(['null_check', 'releases_unchecked'], ['released', 'releases_twice'], ['held_tail_call', 'jumps_holding']),
  ),
  always('verifier_owned_fixed', PASS),
  always(
    'verifier_guarded',
    reported(
      rejection('kernel_field', 'copies_lock'),
      rejection('two_locks', 'locks_both'),
      // loxilb-io/loxilb#953
      at('INVALID_MAP_PARAMS', 'needs_btf', 'untyped', 'locks_untyped'),
      rejection('unlock', 'unlocks'),
      rejection('unlock', 'unlocks_other'),
      rejection('locked', 'calls_locked'),
      rejection('field_place', 'without_lock'),
      rejection('field_place', 'lock_elsewhere'),
    ),
  ),
  always('verifier_guarded_fixed', PASS),
  from(
    '6.1',
    'verifier_functions',
    reported(
      at('UNSUPPORTED_GLOBAL_FUNCTION', 'signature', 'sums', 'adds'),
      at('UNSUPPORTED_GLOBAL_FUNCTION', 'signature', 'first_of', 'first_of'),
    ),
    rejected(['null_check', 'adds'], ['caller_argument', 'gives_less']),
  ),
  always('verifier_functions_fixed', PASS),
  from(
    '6.1',
    'helper_callbacks',
    reported(
      ...callback('visits', 'renames', 'repeats').reported,
      ...newHelpers(['other_map', 'other_map'], ['timer_elsewhere', 'timer_elsewhere']).reported,
    ),
    reported(
      rejection('callback_result', 'visits'),
      rejection('map_key', 'renames'),
      rejection('timer_map', 'other_map'),
      rejection('field_place', 'timer_elsewhere'),
      rejection('callback_linkage', 'repeats', 'calls_repeats'),
    ),
  ),
  from(
    '6.1',
    'helper_callbacks_fixed',
    reported(...callback('visits', 'renames', 'repeats').reported, ...newHelpers(['other_map', 'other_map']).reported),
  ),
  from(
    '6.1',
    'helper_dynptrs',
    newHelpers(
      ['keeps_view', 'reserved'],
      ['empty_view', 'empty_view'],
      ['stack_view', 'stack_view'],
      ['makes_twice', 'made_first'],
      ['submits_memory', 'from_memory'],
    ),
    reported(
      rejection('reference', 'keeps_view', 'reserved'),
      rejection('dynptr_unset', 'empty_view'),
      rejection('dynptr_memory', 'stack_view'),
      rejection('dynptr_taken', 'makes_twice'),
      rejection('dynptr_kind', 'submits_memory'),
    ),
  ),
  from(
    '6.1',
    'helper_dynptrs_fixed',
    newHelpers(
      ['keeps_view', 'reserved'],
      ['empty_view', 'made'],
      ['stack_view', 'viewed'],
      ['makes_twice', 'made_first'],
      ['submits_memory', 'from_memory'],
    ),
  ),
  // iovisor/bcc#4844: timers in tracing programs from 7.0 on.
  {
    object: 'helper_timer_tracing',
    since: [
      ['5.10', reported(at('UNSUPPORTED_HELPER', 'unknown', 'probe', 'here'))],
      ['6.1', reported(at('MAP_PROG_INCOMPATIBLE', 'tracing_field', 'probe'))],
      ['7.0', PASS],
    ],
  },
  from('6.1', 'helper_timer_tracing_fixed', reported(at('UNSUPPORTED_HELPER', 'unknown', 'probe', 'here'))),
  from(
    '6.12',
    'kfunc_owned',
    OWNED_KFUNCS,
    reported(
      rejection('null_check', 'releases_maybe'),
      rejection('reference', 'forgets_task', 'task'),
      rejection('reference', 'leaves_iterator', 'begun'),
      rejection('iterator_unset', 'skips_new'),
      rejection('not_acquired', 'gives_away'),
      rejection('iterator_begun', 'renews'),
      // sched-ext/scx#440
      rejection('stack_object', 'packs'),
      // Which call is rejected differs: the first one on newer kernels, the second one up to 6.12.
      at('VERIFIER_REJECTION', 'needs_rcu', 'iterates'),
      rejection('region_open', 'stays_off'),
      rejection('unlock', 'turns_on'),
    ),
  ),
  from(
    '6.12',
    'kfunc_owned_fixed',
    reported(
      kfunc('bpf_task_from_pid', 'from_pid'),
      kfunc('bpf_iter_num_new', 'begun'),
      kfunc('bpf_task_acquire', 'acquired'),
      kfunc('bpf_rcu_read_lock', 'rcu'),
      kfunc('bpf_preempt_disable', 'turned_off'),
    ),
  ),
  // Which of the two is one too many no one can say.
  always(
    'verifier_storages',
    reported(at('VERIFIER_REJECTION', 'cgroup_storages', 'two_storages'), rejection('storage_flags', 'flagged')),
  ),
  always('verifier_storages_fixed', PASS),
  always(
    'verifier_kernel_memory',
    rejected(
      // iovisor/bcc#253
      ['invalid_mem_access', 'follows'],
      // iovisor/bcc#4526
      ['beyond_struct', 'sees_more'],
      ['invalid_mem_access', 'current_flags'],
      ['invalid_mem_access', 'follows_user'],
      ['variable_field', 'indexes'],
    ),
  ),
  always('verifier_kernel_memory_fixed', PASS),
];
