import { always, fails, from, loads, PASS, type Row, warns } from '../cells.ts';

const tooOld = (program = 'probe') => warns('UNSUPPORTED_ATTACH_TYPE', 'kernel_too_old', program);
const gone = (reason: string) => warns('ATTACH_TARGET_NOT_FOUND', reason);
/** Looked up in the kernel's types while the program is loaded. */
const unknown = (reason: string) => fails('ATTACH_TARGET_NOT_FOUND', reason, 'probe');
const untraceable = (reason: string) => fails('ATTACH_TARGET_NOT_TRACEABLE', reason, 'probe');
const compiledOut = warns('UNSUPPORTED_ATTACH_TYPE', 'compiled_out');

export const ATTACH: readonly Row[] = [
  from('6.6', 'attach_tcx', tooOld('on_packet')),
  // CONFIG_NETKIT is set from 6.12 on.
  from('6.7', 'attach_netkit', tooOld('on_packet')),
  {
    object: 'attach_kprobe_multi',
    since: [
      ['5.10', tooOld()],
      // Debian's 6.1 is built without CONFIG_FPROBE, from 6.12 on with it.
      ['5.18', compiledOut],
      ['6.12', PASS],
    ],
  },
  from('6.10', 'attach_kprobe_session', tooOld()),
  from('6.6', 'attach_uprobe_multi', tooOld()),
  from('6.13', 'attach_uprobe_session', tooOld()),
  // No failure: the guest has no files of other packages. A manifest that requires the program gets one.
  always('attach_uprobe_missing_file', loads('probe')),
  always('attach_uprobe_missing_symbol', gone('not_in_file')),
  always('attach_usdt_missing_probe', gone('not_in_file')),
  // libbpf looks into the file before it calls the kernel, and says so also where the kernel is too old.
  always('attach_uprobe_multi_missing_symbol', gone('not_in_file')),
  always('attach_kprobe_missing', gone('renamed_or_removed')),
  // CONFIG_XFS_FS is m in all of them, and xfs is loaded for what the object names of it.
  always('attach_kprobe_module', PASS),
  always('attach_tracepoint_module', PASS),
  always('attach_kprobe_syscall_name', gone('syscall_prefix')),
  always('attach_kprobe_forbidden', warns('ATTACH_TARGET_NOT_TRACEABLE', 'blacklisted')),
  // 11 to 13 functions of this name in /proc/kallsyms. Upstream rejects them since 6.7; 5.10 and 6.1 have that too.
  always('attach_kprobe_ambiguous', warns('ATTACH_TARGET_AMBIGUOUS', 'kprobe')),
  from('6.1', 'attach_kprobe_transformed', PASS, gone('compiler_transformed')),
  // From Debian 13's 6.12 on the types have the plain name, and the symbol table still has not.
  from('6.1', 'attach_fentry_transformed', PASS, unknown('compiler_transformed')),
  always('attach_tracepoint_missing', gone('renamed_or_removed')),
  from('6.1', 'attach_tracepoint_removed', PASS, gone('removed')),
  always('attach_tracepoint_context', warns('TRACEPOINT_CONTEXT_MISMATCH', 'record_too_short', 'too_far')),
  always('attach_raw_tp_missing', gone('renamed_or_removed')),
  always('attach_tp_btf_missing', unknown('renamed_or_removed')),
  always('attach_fentry_missing', unknown('renamed_or_removed')),
  from('7.0', 'attach_fentry_removed', PASS, unknown('removed')),
  always('attach_fentry_not_in_btf', unknown('not_in_btf')),
  {
    object: 'attach_fentry_denied',
    since: [
      // 5.10 has migrate_disable only where it is built for real time.
      ['5.10', unknown('renamed_or_removed')],
      ['6.1', untraceable('denied')],
    ],
  },
  always('attach_fentry_sleepable', untraceable('not_sleepable')),
  always('attach_fmod_ret_forbidden', untraceable('not_modifiable')),
  // Upstream since 6.15; Debian's 6.12.117 has it from the stable series and says so in its log.
  from('6.12', 'attach_fexit_noreturn', PASS, untraceable('denied')),
  always('attach_lsm_unknown_hook', unknown('renamed_or_removed')),
  from('6.1', 'attach_lsm_newer_hook', unknown('renamed_or_removed')),
  // CONFIG_LSM of Debian 11 ends without bpf, that of every later kernel has it.
  from('6.1', 'attach_lsm_inert', warns('LSM_BPF_NOT_ENABLED', undefined)),
  from('6.13', 'attach_iter_newer', unknown('kernel_too_old')),
];
