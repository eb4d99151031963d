import { always, type Cell, fails, from, PASS, type Row, warns } from '../cells.ts';

/** A pass that the object could have altered in part. */
const alterable: Cell = {
  status: 'pass',
  reported: [{ code: 'RESULTS_CAN_BE_ALTERED', reason: undefined, subject: undefined, mark: undefined }],
  unattached: [],
};

/** What the file itself does, or expects of its own loader. */
export const OBJECTS: readonly Row[] = [
  always('file_static_program', fails('OBJECT_NOT_LIBBPF_COMPATIBLE', 'static_program', 'hidden')),
  always('file_undefined_function', fails('OBJECT_NOT_LIBBPF_COMPATIBLE', 'extern', 'elsewhere')),
  always('file_common_variable', fails('OBJECT_NOT_LIBBPF_COMPATIBLE', 'relocation', 'counter')),
  // Done for the object as its own loader would do it.
  always('loader_maps', PASS),
  always('loader_sections', PASS),
  // No one can know what the loader would say.
  always('loader_unknown_section', fails('UNKNOWN_SECTION', 'section', 'on_hook')),
  always('loader_fentry_target', fails('LOADER_CONTRACT', 'btf_target', 'on_entry')),
  always('loader_freplace_target', fails('LOADER_CONTRACT', 'freplace_target', 'replacement')),
  always('loader_struct_ops_unreferenced', fails('LOADER_CONTRACT', 'struct_ops_unreferenced', 'forgotten')),
  // Objects that look worse than they are.
  // It has bpf_probe_write_user among the helpers that only look new.
  always('twin_old_enough', alterable),
  always('twin_frightening_names', PASS),
  always('twin_helper_guarded', PASS),
  always('twin_btf_tags', PASS),
];

const tooOld = (program: string) => fails('UNSUPPORTED_PROGRAM_TYPE', 'kernel_too_old', program);
const oldStruct = (name: string) => fails('STRUCT_OPS_UNSUPPORTED', 'kernel_too_old', name);
const builtWithoutStruct = (name: string) => fails('STRUCT_OPS_UNSUPPORTED', 'compiled_out', name);

export const PROGRAMS: readonly Row[] = [
  from('5.14', 'prog_syscall', tooOld('on_call')),
  from('6.4', 'prog_netfilter', tooOld('on_packet')),
  from('5.18', 'prog_xdp_frags', fails('UNSUPPORTED_PROGRAM_FLAG', 'xdp_frags', 'on_packet')),
  // CONFIG_BPF_LIRC_MODE2 is not set in any of Debian's kernels for the cloud (their config files).
  always('prog_lirc', fails('UNSUPPORTED_PROGRAM_TYPE', 'compiled_out', 'on_pulse')),
  from('6.0', 'prog_lsm_cgroup', fails('UNSUPPORTED_ATTACH_TYPE', 'kernel_too_old', 'on_bind')),
  from('6.7', 'prog_cgroup_unix', fails('UNSUPPORTED_ATTACH_TYPE', 'kernel_too_old', 'on_connect')),
  from('6.0', 'prog_uprobe_sleepable', fails('UNSUPPORTED_PROGRAM_FLAG', 'sleepable', 'on_call')),
  // BPF_TRACE_FSESSION is in the BTF of Debian's 7.0 and not in that of its 6.19.
  from('7.0', 'prog_fsession', fails('UNSUPPORTED_ATTACH_TYPE', 'kernel_too_old', 'on_read')),
  // Upstream since 6.11; CONFIG_HID_BPF is not set in any of Debian's kernels for the cloud.
  from('6.12', 'prog_struct_ops_hid', oldStruct('hid_bpf_ops'), builtWithoutStruct('hid_bpf_ops')),
  // Upstream since 6.12; CONFIG_SCHED_CLASS_EXT is set from Debian's 6.16 on and not in either 6.12.
  {
    // sched-ext/scx#151
    object: 'prog_struct_ops_sched',
    since: [
      ['5.10', oldStruct('sched_ext_ops')],
      ['6.12', builtWithoutStruct('sched_ext_ops')],
      ['6.16', warns('STRUCT_OPS_MISMATCH', 'value', 'first_come')],
    ],
  },
  {
    object: 'prog_struct_ops_sched_fixed',
    since: [
      ['5.10', oldStruct('sched_ext_ops')],
      ['6.12', builtWithoutStruct('sched_ext_ops')],
      ['6.16', PASS],
    ],
  },
  always('prog_struct_ops_tcp', PASS),
  always('prog_struct_ops_extra_member', fails('STRUCT_OPS_MISMATCH', 'member', 'gentle')),
];
