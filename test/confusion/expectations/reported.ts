import { always, type Cell, fails, failsHere, from, PASS, type Row } from '../cells.ts';

/**
 * Causes that people met and reported in public trackers, each as a program of our own with one that is corrected as the
 * remedy says. The comment names a report of the kind.
 */
const noScheduler = fails('STRUCT_OPS_UNSUPPORTED', 'struct', 'sched_ext_ops');
const unknownHelper = failsHere('UNSUPPORTED_HELPER', 'unknown');
const sharedArray = (map: string): Cell => ({
  status: 'fail',
  told: [{ code: 'TAIL_CALL_INCOMPATIBLE', reason: undefined, subject: map, mark: 'here' }],
  unattached: [],
});
const inert = (subject: string) => ({ code: 'LSM_BPF_NOT_ENABLED', reason: undefined, subject, mark: undefined });
const inertHook: Cell = { status: 'pass', told: [inert('probe')], unattached: [] };

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
  from(
    '6.1',
    'tail_call_lsm',
    { status: 'pass', told: [inert('on_unlink'), inert('on_symlink')], unattached: [] },
    sharedArray('checks'),
  ),
  // What follows from a program that does not load is no cause of its own.
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
  always('map_cpumap_too_many_fixed', PASS),
  // near sched-ext/scx#3741
  from(
    '6.16',
    'prog_struct_ops_sleepable_member',
    noScheduler,
    fails('STRUCT_OPS_MISMATCH', 'sleepable_member', 'on_tick'),
  ),
  from('6.16', 'prog_struct_ops_sleepable_member_fixed', noScheduler),
  // sched-ext/scx#3672. The BTF of Debian's 7.2 has another signature for the function than its source.
  {
    object: 'kfunc_scheduler',
    since: [
      ['5.10', failsHere('MISSING_KFUNC', 'kernel_too_old', 'scx_bpf_kick_cpu')],
      ['6.12', failsHere('MISSING_KFUNC', 'compiled_out', 'scx_bpf_kick_cpu')],
      ['6.16', PASS],
      ['7.2', failsHere('KFUNC_SIGNATURE_MISMATCH', 'proto', 'scx_bpf_kick_cpu')],
      ['7.3', PASS],
    ],
  },
];
