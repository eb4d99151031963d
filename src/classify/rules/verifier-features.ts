import type { TextRule } from './rule.ts';

/** Verifier words for something this kernel, or this kind of program, does not have or may not do. */
export const FEATURE_RULES: readonly TextRule[] = [
  {
    code: 'CORE_RELOCATION_FAILURE',
    reason: 'poisoned',
    pattern:
      /^failed to resolve CO-RE relocation <(?<kind>\w+)> \[\d+\] (?<field>.+?)(?: \([\d:]+ @ offset [\d.]+\))?$/,
    example: {
      kernel: '6.18',
      text: 'failed to resolve CO-RE relocation <byte_off> [77] struct inet_sock.freebind (0:14 @ offset 792.2)',
    },
  },
  {
    code: 'CORE_RELOCATION_FAILURE',
    reason: 'poisoned',
    pattern: /invalid func (?:unknown#)?195896080\b|instruction poisoned by CO-RE|bad CO-RE relocation/,
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'invalid func unknown#195896080' },
  },
  {
    code: 'MAP_CREATE_FAILED',
    reason: 'not_created',
    pattern: /^BPF map '(?<map>[^']+)' is referenced but wasn't created/,
    subject: 'map',
    example: { kernel: '5.10.0-46-cloud-amd64', text: "BPF map 'events' is referenced but wasn't created" },
  },
  {
    code: 'MAP_CREATE_FAILED',
    reason: 'not_created',
    pattern: /^invalid func unknown#2001\d{6}\b/,
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'invalid func unknown#2001000003' },
  },
  {
    code: 'MISSING_KFUNC',
    reason: 'weak',
    pattern: /^kfunc '(?<function>[^']+)' is referenced but wasn't resolved/,
    subject: 'function',
    example: { kernel: '6.1.0-56-cloud-amd64', text: "kfunc 'bpf_dynptr_slice' is referenced but wasn't resolved" },
  },
  {
    code: 'MISSING_KFUNC',
    reason: 'weak',
    pattern: /^cannot find address for kernel function (?<function>\S+)/,
    subject: 'function',
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'cannot find address for kernel function bpf_ct_release' },
  },
  {
    code: 'MISSING_KFUNC',
    reason: 'weak',
    pattern: /^invalid func unknown#2002\d{6}\b/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'invalid func unknown#2002000001' },
  },
  {
    code: 'UNRESOLVED_KSYM',
    reason: 'no_address',
    pattern: /^failed to find the address for kernel symbol '(?<symbol>[^']+)'/,
    subject: 'symbol',
    example: {
      kernel: '6.1.0-56-cloud-amd64',
      text: "failed to find the address for kernel symbol 'runqueues_gone'.",
    },
  },
  {
    code: 'UNSUPPORTED_HELPER',
    reason: 'unknown',
    pattern: /^invalid func (?:(?:unknown|(?<helper>\S+))#)?(?<id>\d+)$/,
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'invalid func unknown#181' },
  },
  {
    code: 'OBJECT_NOT_LIBBPF_COMPATIBLE',
    reason: 'unlinked_call',
    pattern: /^invalid func (?:\S+#)?-\d+$/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'invalid func unknown#-1' },
  },
  {
    code: 'HELPER_NOT_ALLOWED',
    reason: 'program_type',
    pattern: /^(?:unknown func|program of this type cannot use helper) (?:(?:unknown|(?<helper>\S+))#)?(?<id>\d+)$/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'unknown func bpf_skb_load_bytes#26' },
  },
  {
    code: 'HELPER_NOT_ALLOWED',
    reason: 'context',
    pattern:
      /^helper call is not allowed in probe|^helper call might sleep|^sleepable helper (?<helper>\S+)#\d+ in |^func (?<name>\S+)#\d+ (?:supported only|not supported) for/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'helper call is not allowed in probe' },
  },
  {
    code: 'MISSING_LICENSE',
    reason: 'helper',
    pattern: /^cannot call GPL(?:-restricted| only) function from (?:non-GPL compatible|proprietary) program/,
    example: {
      kernel: '5.10.0-46-cloud-amd64',
      text: 'cannot call GPL-restricted function from non-GPL compatible program',
    },
  },
  {
    code: 'MISSING_LICENSE',
    reason: 'kfunc',
    pattern: /^cannot call kernel function from non-GPL compatible program|^Cannot access kernel .* from non-GPL/,
    example: {
      kernel: '6.1.0-56-cloud-amd64',
      text: 'cannot call kernel function from non-GPL compatible program',
    },
  },
  {
    code: 'MISSING_LICENSE',
    reason: 'program_type',
    pattern: /^(?:LSM|struct ops) programs must have a GPL compatible license/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'LSM programs must have a GPL compatible license' },
  },
  {
    code: 'KFUNC_NOT_ALLOWED',
    reason: 'program_type',
    pattern: /^calling kernel function (?<function>\S+) is not allowed/,
    subject: 'function',
    example: {
      kernel: '6.12.117+deb12-cloud-amd64',
      text: 'calling kernel function bpf_ct_insert_entry is not allowed',
    },
  },
  {
    code: 'KFUNC_NOT_ALLOWED',
    reason: 'context',
    pattern:
      /must be sleepable to call sleepable kfunc (?<function>\S+)|^(?:kernel func|kernel function|sleepable global function) (?<callee>\S+) (?:is sleepable|called in)/,
    example: {
      kernel: '6.12.117+deb12-cloud-amd64',
      text: 'program must be sleepable to call sleepable kfunc bpf_get_file_xattr',
    },
    subject: 'function',
  },
  {
    code: 'KFUNC_NOT_ALLOWED',
    reason: 'device_bound',
    pattern: /^metadata kfuncs require device-bound/,
    example: { kernel: '6.12.117+deb12-cloud-amd64', text: 'metadata kfuncs require device-bound program' },
  },
  {
    code: 'KFUNC_SIGNATURE_MISMATCH',
    reason: 'argument',
    pattern: /^kernel function (?<function>\S+) \S+ expected (?:pointer|\S+ to)/,
    subject: 'function',
    example: {
      kernel: '6.1.0-56-cloud-amd64',
      text: 'kernel function bpf_task_release args#0 expected pointer to STRUCT task_struct but R1 has a pointer to STRUCT file',
    },
  },
  {
    code: 'SIGNATURE_REQUIRED',
    reason: 'signature',
    pattern: /^signature verification failed|^signed (?:program|payload)|signed metadata map|signing keyring/,
    example: { kernel: '7.3.4+deb13-cloud-amd64', text: 'signature verification failed: -129' },
  },
  {
    code: 'CAPABILITY_FAILURE',
    reason: 'verifier',
    pattern:
      /allowed (?:only )?(?:to|for) (?:CAP_\w+|root)|prohibited for !root|require CAP_SYS_BOOT|are required to use arena|leaks addr (?:into|as)|^\S+ pointer (?:arithmetic|comparison) prohibited/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'destructive kfunc calls require CAP_SYS_BOOT capabilities' },
  },
  {
    code: 'MISSING_BTF',
    reason: 'kernel_btf',
    pattern:
      /kernel is missing BTF|not supported without CONFIG_DEBUG_INFO_BTF|^in-kernel BTF is malformed|^btf_vmlinux is malformed/,
    subject: 'none',
    example: {
      kernel: '5.13',
      text: 'calling kernel function is not supported without CONFIG_DEBUG_INFO_BTF',
    },
  },
  {
    code: 'JIT_UNSUPPORTED',
    reason: 'jit',
    pattern:
      /^JIT (?:is required|does(?:n't| not) support)|requires BPF JIT compiler|in non-JITed programs|only JITed progs|should be JITed|interpreter stack depth limit/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'JIT does not support calling kernel function' },
  },
  {
    code: 'ATTACH_TARGET_NOT_FOUND',
    reason: 'no_address',
    pattern: /^The address of function (?<function>\S+) cannot be found/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'The address of function blk_account_io_start cannot be found' },
  },
  {
    code: 'ATTACH_TARGET_NOT_FOUND',
    reason: 'lsm_hook',
    pattern: /^attach_btf_id \d+ points to (?:wrong type name|disabled hook) (?<function>\S+)/,
    example: {
      kernel: '6.1.0-56-cloud-amd64',
      text: 'attach_btf_id 62133 points to wrong type name security_file_open',
    },
  },
  {
    code: 'TRAMPOLINE_UNSUPPORTED',
    reason: 'struct_argument',
    pattern: /^The function (?<function>\S+) arg(?<argument>\d+) type (?<shape>STRUCT|UNION) is unsupported/,
    example: {
      kernel: '5.10.0-46-cloud-amd64',
      text: 'The function security_path_chown arg1 type STRUCT is unsupported.',
    },
  },
  {
    code: 'TRAMPOLINE_UNSUPPORTED',
    reason: 'variable_arguments',
    pattern: /^The function (?<function>\S+) with variable args is unsupported/,
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'The function printk with variable args is unsupported.' },
  },
  {
    code: 'TRAMPOLINE_UNSUPPORTED',
    reason: 'many_arguments',
    pattern: /^The function (?<function>\S+) has (?<count>\d+) arguments\. Too many/,
    example: {
      kernel: '6.12.117+deb12-cloud-amd64',
      text: 'The function perf_copy_everything has 13 arguments. Too many.',
    },
  },
  {
    code: 'ATTACH_TARGET_NOT_TRACEABLE',
    reason: 'denied',
    pattern: /^Attaching .* to (?:__noreturn )?function(?:s| '(?<function>\S+)') is rejected/,
    example: {
      kernel: '7.0',
      text: "Attaching fexit/fsession/fmod_ret to __noreturn function 'do_exit' is rejected.",
    },
  },
  {
    code: 'ATTACH_TARGET_NOT_TRACEABLE',
    reason: 'not_modifiable',
    pattern: /^(?<function>\S+)\(\) is not modifiable/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'vfs_read() is not modifiable' },
  },
  {
    code: 'ATTACH_TARGET_NOT_TRACEABLE',
    reason: 'not_sleepable',
    pattern: /^(?<function>\S+) is not sleepable$|cannot attach to non-faultable tracepoint (?<tracepoint>\S+)/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'tcp_v4_connect is not sleepable' },
  },
  {
    code: 'UNSUPPORTED_PROGRAM_FLAG',
    reason: 'sleepable',
    pattern:
      /^Only .* programs can be sleepable|^Program of this type cannot be sleepable|^Syscall programs can only be sleepable/,
    example: {
      kernel: '5.10.0-46-cloud-amd64',
      text: 'Only fentry/fexit/fmod_ret and lsm programs can be sleepable',
    },
  },
  {
    code: 'STRUCT_OPS_UNSUPPORTED',
    reason: 'struct',
    pattern: /^attach_btf_id \d+ is not a supported struct|^struct_ops module (?<struct>\S+) is not found/,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'attach_btf_id 0 is not a supported struct' },
  },
  {
    code: 'STRUCT_OPS_MISMATCH',
    reason: 'member',
    pattern: /^attach to (?:unsupported|invalid) member (?<member>\S+)(?: of struct (?<struct>\w+))?/,
    example: {
      kernel: '6.12.117+deb12-cloud-amd64',
      text: 'attach to unsupported member release of struct tcp_congestion_ops',
    },
  },
];
