import { always, type Cell, fails, failsHere, from, PASS, type Row } from '../cells.ts';

const unknownHelper = failsHere('UNSUPPORTED_HELPER', 'unknown');
const foreignHelper = failsHere('HELPER_NOT_ALLOWED', 'program_type');
const callback = failsHere('UNSUPPORTED_INSTRUCTION', 'callback');

export const HELPERS: readonly Row[] = [
  from('5.11', 'helper_ktime_coarse', unknownHelper),
  from('5.11', 'helper_ktime_coarse_tracing', unknownHelper, foreignHelper),
  from('5.16', 'helper_trace_vprintk', unknownHelper),
  from('5.18', 'helper_xdp_buff_len', unknownHelper),
  from('6.1', 'helper_ktime_tai', unknownHelper),
  // The address of the callback is rejected before anybody looks at the helper.
  from('5.13', 'helper_loop', callback),
  always('helper_unknown_number', unknownHelper),
  always('helper_wrong_program_type', foreignHelper),
  // CONFIG_BPF_KPROBE_OVERRIDE is not set in any of Debian's kernels for the cloud.
  always('helper_override_return', failsHere('HELPER_NOT_ALLOWED', 'compiled_out')),
  // 5.10 hides the helper from programs that may not sleep, later kernels say why.
  from('6.1', 'helper_sleepable', foreignHelper, failsHere('HELPER_NOT_ALLOWED', 'context')),
  always('helper_license_proprietary', failsHere('MISSING_LICENSE', 'helper')),
  always('helper_license_absent', failsHere('MISSING_LICENSE', 'helper')),
  always('helper_license_lsm', fails('MISSING_LICENSE', 'program_type', 'probe')),
];

const noKfunc = (name: string): Cell => fails('MISSING_KFUNC', 'strong', name);

export const KFUNCS: readonly Row[] = [
  // bpf_strlen is in the BTF of Debian's 6.17 and not in that of its 6.16.
  from('6.17', 'kfunc_strong', noKfunc('bpf_strlen')),
  from('6.17', 'kfunc_weak', failsHere('MISSING_KFUNC', 'weak', 'bpf_strlen')),
  always('kfunc_weak_guarded', PASS),
  from('6.1', 'kfunc_signature', noKfunc('bpf_key_put'), fails('KFUNC_SIGNATURE_MISMATCH', 'proto', 'bpf_key_put')),
  from(
    '5.13',
    'kfunc_wrong_program_type',
    failsHere('UNSUPPORTED_INSTRUCTION', 'call'),
    failsHere('KFUNC_NOT_ALLOWED', 'program_type', 'tcp_reno_cong_avoid'),
  ),
  from(
    '6.12',
    'kfunc_sleepable',
    noKfunc('bpf_copy_from_user_str'),
    failsHere('KFUNC_NOT_ALLOWED', 'context', 'bpf_copy_from_user_str'),
  ),
];

const noOption = (name: string): Cell => fails('UNRESOLVED_KCONFIG', 'not_set', name);

export const EXTERNS: readonly Row[] = [
  always('extern_ksym_missing', fails('UNRESOLVED_KSYM', 'untyped', 'bpfcompat_no_such_symbol')),
  always('extern_ksym_typed_global', fails('UNRESOLVED_KSYM', 'not_in_btf', 'jiffies')),
  // The BTF of Debian 11 has no variables at all, that of 6.1 has 356.
  from('6.1', 'extern_ksym_typed_percpu', fails('UNRESOLVED_KSYM', 'not_in_btf', 'bpf_prog_active')),
  always('extern_kconfig_unknown', noOption('CONFIG_BPFCOMPAT_NO_SUCH_OPTION')),
  always('extern_kconfig_fine', PASS),
  from('6.7', 'extern_kconfig_newer', noOption('CONFIG_NETKIT')),
];

const core = (reason: string, access: string): Cell => failsHere('CORE_RELOCATION_FAILURE', reason, access);

export const CORE: readonly Row[] = [
  always('core_field_missing', core('field_missing', 'struct task_struct.bpfcompat_no_such_field')),
  always('core_field_read_missing', core('field_missing', 'struct task_struct.bpfcompat_no_such_field')),
  always('core_field_hoisted', core('field_missing', 'struct task_struct.bpfcompat_no_such_field')),
  from('5.14', 'core_field_removed', PASS, core('field_missing', 'struct task_struct.state')),
  from('5.14', 'core_field_newer', core('field_missing', 'struct task_struct.__state')),
  always('core_guarded', PASS),
  always('core_type_missing', core('type_missing', 'struct bpfcompat_no_such_struct.field')),
  always('core_enum_missing', core('enum_missing', 'enum pid_type::BPFCOMPAT_NO_SUCH_KIND')),
  from('6.9', 'core_enum_newer', core('enum_missing', 'enum bpf_link_type___newer::BPF_LINK_TYPE_SOCKMAP___newer')),
  always('core_field_sign', core('mem_size', 'struct task_struct.pid')),
  // Every one of these kernels has two struct irq_info, with irq at 128 bits in one and elsewhere in the other.
  always('core_ambiguous', core('fatal', 'struct irq_info.irq')),
  // eunomia-bpf/bpftime#449
  always('core_anonymous', fails('CORE_RELOCATION_FAILURE', 'anonymous', 'struct <anon>.pid')),
  always('core_anonymous_fixed', PASS),
  from('6.7', 'core_freebind', PASS, core('field_missing', 'struct inet_sock.freebind')),
];
