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
const told = (...causes: Cell['told']): Cell => ({ status: 'fail', told: causes, unattached: [] });
const rejection = (reason: string, subject: string, mark = subject) => at('VERIFIER_REJECTION', reason, subject, mark);

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
];

const callback = (...programs: readonly string[]): Cell =>
  told(...programs.map((program) => at('UNSUPPORTED_INSTRUCTION', 'callback', program, `calls_${program}`)));
const newHelpers = (...programs: readonly (readonly [program: string, mark: string])[]): Cell =>
  told(...programs.map(([program, mark]) => at('UNSUPPORTED_HELPER', 'unknown', program, mark)));
const kfunc = (name: string, mark: string) => at('MISSING_KFUNC', 'strong', name, mark);
const OWNED_KFUNCS: Cell = told(
  kfunc('bpf_task_from_pid', 'from_pid'),
  kfunc('bpf_iter_num_new', 'begun'),
  kfunc('bpf_iter_num_next', 'skips_new'),
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
  always(
    'verifier_owned',
    rejected(['null_check', 'releases_unchecked'], ['released', 'releases_twice'], ['held_tail_call', 'jumps_holding']),
  ),
  always('verifier_owned_fixed', PASS),
  always(
    'verifier_guarded',
    told(
      rejection('kernel_field', 'copies_lock'),
      rejection('two_locks', 'locks_both'),
      // loxilb-io/loxilb#953
      at('INVALID_MAP_PARAMS', 'needs_btf', 'untyped', 'locks_untyped'),
    ),
  ),
  always('verifier_guarded_fixed', PASS),
  from(
    '6.1',
    'verifier_functions',
    told(
      at('UNSUPPORTED_GLOBAL_FUNCTION', 'signature', 'sums', 'adds'),
      at('UNSUPPORTED_GLOBAL_FUNCTION', 'signature', 'first_of', 'first_of'),
    ),
    rejected(['null_check', 'adds'], ['caller_argument', 'gives_less']),
  ),
  always('verifier_functions_fixed', PASS),
  from(
    '6.1',
    'helper_callbacks',
    callback('visits', 'renames'),
    rejected(['callback_result', 'visits'], ['map_key', 'renames']),
  ),
  from('6.1', 'helper_callbacks_fixed', callback('visits', 'renames')),
  from(
    '6.1',
    'helper_dynptrs',
    newHelpers(['keeps_view', 'reserved'], ['empty_view', 'empty_view'], ['stack_view', 'stack_view']),
    told(
      rejection('reference', 'keeps_view', 'reserved'),
      rejection('dynptr_unset', 'empty_view'),
      rejection('dynptr_memory', 'stack_view'),
    ),
  ),
  from(
    '6.1',
    'helper_dynptrs_fixed',
    newHelpers(['keeps_view', 'reserved'], ['empty_view', 'made'], ['stack_view', 'viewed']),
  ),
  // iovisor/bcc#4844: timers in tracing programs from 7.0 on.
  {
    object: 'helper_timer_tracing',
    since: [
      ['5.10', told(at('UNSUPPORTED_HELPER', 'unknown', 'probe', 'here'))],
      ['6.1', told(at('MAP_PROG_INCOMPATIBLE', 'tracing_field', 'probe'))],
      ['7.0', PASS],
    ],
  },
  from('6.1', 'helper_timer_tracing_fixed', told(at('UNSUPPORTED_HELPER', 'unknown', 'probe', 'here'))),
  from(
    '6.12',
    'kfunc_owned',
    OWNED_KFUNCS,
    told(
      rejection('null_check', 'releases_maybe'),
      rejection('reference', 'forgets_task', 'task'),
      rejection('reference', 'leaves_iterator', 'begun'),
      rejection('iterator_unset', 'skips_new'),
    ),
  ),
  from('6.12', 'kfunc_owned_fixed', told(kfunc('bpf_task_from_pid', 'from_pid'), kfunc('bpf_iter_num_new', 'begun'))),
  // Which of the two is one too many nobody can say.
  always(
    'verifier_storages',
    told(at('VERIFIER_REJECTION', 'cgroup_storages', 'two_storages'), rejection('storage_flags', 'flagged')),
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
    ),
  ),
  always('verifier_kernel_memory_fixed', PASS),
];
