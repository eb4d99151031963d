import { always, type Cell, fails, failsAt, failsHere, from, PASS, type Row } from '../cells.ts';

/**
 * Programs that verifiers reject in ways that people reported, several to an object: each finding is to name the line
 * marked with the name of its program. What the findings say to do is done in the object ending in `_fixed`.
 */
const rejected = (...causes: readonly (readonly [reason: string, program: string])[]): Cell =>
  failsAt(...causes.map(([reason, program]) => ['VERIFIER_REJECTION', reason, program] as const));

const TASK_KFUNCS: Cell = {
  status: 'fail',
  reported: [
    { code: 'MISSING_KFUNC', reason: 'strong', subject: 'bpf_task_acquire', mark: 'follows' },
    { code: 'MISSING_KFUNC', reason: 'strong', subject: 'bpf_rcu_read_lock', mark: 'lock' },
  ],
  unattached: [],
};
const inertHook: Cell = {
  status: 'pass',
  reported: [{ code: 'LSM_BPF_NOT_ENABLED', reason: undefined, subject: 'opens', mark: undefined }],
  unattached: [],
};
const newHelpers = failsAt(['UNSUPPORTED_HELPER', 'unknown', 'formats'], ['UNSUPPORTED_HELPER', 'unknown', 'compares']);
const noMetadata: Cell = {
  status: 'fail',
  reported: [{ code: 'MISSING_KFUNC', reason: 'strong', subject: 'bpf_xdp_metadata_rx_timestamp', mark: 'here' }],
  unattached: [],
};

// iovisor/bcc#3338: Debian's 5.10 has the change from the stable series.
const ISSUES = ['traced_arguments', 'issues'] as const;
// iovisor/bcc#4340, iovisor/bcc#4715, wazuh/wazuh#28816
const UNLINKS = ['argument_type', 'unlinks'] as const;
// redcanaryco/redcanary-ebpf-sensor#102
const SETS_ATTRIBUTES = ['argument_type', 'sets_attributes'] as const;

export const REPORTED_PROGRAMS: readonly Row[] = [
  always(
    'verifier_packets',
    rejected(
      // xdp-project/xdp-tutorial#182, cilium/cilium#8250
      ['stale_packet', 'pops_header'],
      ['stale_packet', 'pulls_data'],
      ['packet_read_only', 'marks_packet'],
      // iovisor/bcc#1427, foniod/redbpf#206
      ['packet_access', 'filters_packet'],
      // xdp-project/xdp-tools#267, eunomia-bpf/bpf-developer-tutorial#158
      ['packet_bounds', 'sums_packet'],
      ['zero_size', 'reads_length'],
      ['ctx_write', 'sets_length'],
      ['ctx_write', 'counts_in_mark'],
      // iovisor/bcc#3568, elastic/ebpf#177, bpftrace/bpftrace#3603, falcosecurity/libs#317
      ['ctx_modified', 'moves_context'],
      // iovisor/bcc#1133
      ['ctx_variable', 'picks_register'],
    ),
  ),
  always('verifier_packets_fixed', PASS),
  always(
    'verifier_records',
    rejected(
      // iovisor/bcc#3409
      ['not_constant', 'sized_record'],
      ['released', 'sent_record'],
      ['released', 'sent_twice'],
      ['stack_bounds', 'short_buffer'],
      // elastic/ebpf#55
      ['out_of_bounds', 'wide_index'],
      // kunai-project/kunai#179, falcosecurity/libs#940
      ['unbounded', 'signed_length'],
      // KanishJebaMathewM/Truxify#14939
      ['locked', 'clock_in_lock'],
      ['locked', 'returns_locked'],
      // elastic/ebpf#91
      ['spilled_pointer', 'half_pointer'],
    ),
  ),
  always('verifier_records_fixed', PASS),
  from(
    '6.12',
    'verifier_results',
    rejected(['return_value', 'traces'], ['return_value', 'connects'], ['return_value', 'lets_through']),
    rejected(
      // retis-org/retis#366
      ['return_value', 'traces'],
      ['return_value', 'connects'],
      // iovisor/gobpf#125
      ['return_value', 'lets_through'],
      // cilium/tetragon#3032
      ['return_value', 'opens'],
    ),
  ),
  from('6.1', 'verifier_results_fixed', inertHook),
  from('6.1', 'helper_strings', newHelpers, rejected(['const_string', 'formats'], ['const_string', 'compares'])),
  from('6.1', 'helper_strings_fixed', newHelpers),
  from(
    '6.12',
    'kfunc_pointers',
    TASK_KFUNCS,
    rejected(
      // sched-ext/scx#3073, sched-ext/scx#3383
      ['untrusted_pointer', 'follows'],
      // sched-ext/scx#2593
      ['number_argument', 'casts'],
      // sched-ext/scx#247
      ['locked', 'stays'],
    ),
  ),
  from('6.12', 'kfunc_pointers_fixed', TASK_KFUNCS),
  // Only programs that are loaded for a device may: no object can say that, so there is no corrected one.
  from('6.12', 'kfunc_device', noMetadata, failsHere('KFUNC_NOT_ALLOWED', 'device_bound')),
  always('verifier_tail_call_stack', fails('STACK_LIMIT', 'tail_call', 'probe')),
  always('verifier_tail_call_stack_fixed', PASS),
  {
    object: 'verifier_arguments',
    since: [
      ['5.10', rejected(ISSUES)],
      ['6.1', rejected(ISSUES, UNLINKS)],
      ['6.12', rejected(ISSUES, UNLINKS, SETS_ATTRIBUTES)],
    ],
  },
  from('6.1', 'verifier_arguments_fixed', {
    ...PASS,
    reported: [{ code: 'LSM_BPF_NOT_ENABLED', reason: undefined, subject: 'sets_attributes', mark: undefined }],
  }),
];
