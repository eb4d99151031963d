import type { TextRule } from './rule.ts';

/** libbpf's words while it prepares an object for one kernel: BTF, CO-RE, externs, attach targets, maps. */
export const KERNEL_RULES: readonly TextRule[] = [
  {
    code: 'BTF_LOAD_REJECTED',
    reason: 'mandatory',
    pattern: /^Error loading \.BTF into kernel: .*BTF is mandatory, can't proceed/,
    example: {
      kernel: '5.10.0-46-cloud-amd64',
      text: "Error loading .BTF into kernel: -EINVAL. BTF is mandatory, can't proceed.",
    },
  },
  {
    code: 'BPF_SYSCALL_DISABLED',
    reason: 'syscall',
    pattern: /^Error in bpf_object__probe_loading\(\): \S*(?:ENOSYS|Function not implemented)/,
    subject: 'none',
    example: {
      kernel: 'built without CONFIG_BPF_SYSCALL',
      text: "Error in bpf_object__probe_loading(): -ENOSYS. Couldn't load trivial BPF program. Make sure your kernel supports BPF (CONFIG_BPF_SYSCALL=y) and/or that RLIMIT_MEMLOCK is set to big enough value.",
    },
  },
  {
    code: 'CAPABILITY_FAILURE',
    reason: 'trivial',
    pattern: /^Error in bpf_object__probe_loading\(\): \S*(?:EPERM|Operation not permitted)/,
    subject: 'none',
    example: {
      kernel: 'any, without CAP_BPF',
      text: "Error in bpf_object__probe_loading(): -EPERM. Couldn't load trivial BPF program. Make sure your kernel supports BPF (CONFIG_BPF_SYSCALL=y) and/or that RLIMIT_MEMLOCK is set to big enough value.",
    },
  },
  {
    code: 'MISSING_BTF',
    reason: 'kernel_btf',
    pattern:
      /^Error loading vmlinux BTF|^failed to find valid kernel BTF|^kernel BTF is missing at|^vmlinux BTF is not found|^failed to parse target BTF|^failed to read kernel BTF/,
    subject: 'none',
    example: {
      kernel: '5.4.0-216-generic',
      text: "kernel BTF is missing at '/sys/kernel/btf/vmlinux', was CONFIG_DEBUG_INFO_BTF enabled?",
    },
  },
  {
    code: 'CORE_RELOCATION_FAILURE',
    reason: 'anonymous',
    pattern:
      /^prog '[^']*': relo #(?<relocation>\d+): target candidate search failed for \[\d+\] (?<kind>struct|union|enum) ?:/,
    example: {
      kernel: '7.3.4+deb13-cloud-amd64',
      text: "prog 'enter': relo #0: target candidate search failed for [5] struct : -22",
    },
  },
  {
    code: 'CORE_RELOCATION_FAILURE',
    reason: 'far_member',
    pattern: /^prog '[^']*': relo #(?<relocation>\d+): insn #\d+ \(LDX\/ST\/STX\) value too big: \d+$/,
    example: {
      kernel: '7.3.4+deb13-cloud-amd64',
      text: "prog 'wakes': relo #0: insn #1 (LDX/ST/STX) value too big: 173184",
    },
  },
  {
    code: 'CORE_RELOCATION_FAILURE',
    reason: 'fatal',
    pattern:
      /^prog '[^']*': relo #(?<relocation>\d+): (?:target candidate search failed for \[\d+\] (?<type>\S+ \S+)|failed to relocate|field offset ambiguity|relocation decision ambiguity|parsing|unexpected insn|failed to patch|<[^>]*> \(\d+\) relocation doesn't support)/,
    example: {
      kernel: '6.1.0-56-cloud-amd64',
      text: "prog 'handle': relo #3: relocation decision ambiguity: success 24 != success 32",
    },
  },
  {
    code: 'CORE_RELOCATION_FAILURE',
    reason: 'fatal',
    pattern: /^failed to perform CO-RE relocations: /,
    example: { kernel: '6.1.0-56-cloud-amd64', text: 'failed to perform CO-RE relocations: -EINVAL' },
  },
  {
    code: 'MISSING_KFUNC',
    reason: 'strong',
    pattern: /^extern \(func ksym\) '(?<function>[^']+)': not found in kernel or module BTFs/,
    subject: 'function',
    example: {
      kernel: '6.1.0-56-cloud-amd64',
      text: "extern (func ksym) 'bpf_xdp_flow_lookup': not found in kernel or module BTFs",
    },
  },
  {
    code: 'KFUNC_SIGNATURE_MISMATCH',
    reason: 'proto',
    pattern: /^extern \(func ksym\) '(?<function>[^']+)': func_proto \[\d+\] incompatible/,
    subject: 'function',
    example: {
      kernel: '6.12.117+deb12-cloud-amd64',
      text: "extern (func ksym) 'bpf_task_acquire': func_proto [31] incompatible with vmlinux [62431]",
    },
  },
  {
    code: 'UNRESOLVED_KSYM',
    reason: 'variable',
    pattern: /^extern \((?:var )?ksym\) '(?<symbol>[^']+)': (?:not found|incompatible|resolution is ambiguous)/,
    subject: 'symbol',
    example: {
      kernel: '6.1.0-56-cloud-amd64',
      text: "extern (var ksym) 'bpf_prog_active_gone': not found in kernel BTF",
    },
  },
  {
    code: 'UNRESOLVED_KSYM',
    reason: 'kallsyms',
    pattern: /^failed to open \/proc\/kallsyms/,
    subject: 'none',
    example: { kernel: 'any, without CONFIG_KALLSYMS', text: 'failed to open /proc/kallsyms: -ENOENT' },
  },
  {
    code: 'UNRESOLVED_KCONFIG',
    reason: 'no_config',
    pattern: /^failed to open system Kconfig$/,
    subject: 'none',
    example: { kernel: '5.10.0-46-cloud-amd64', text: 'failed to open system Kconfig' },
  },
  {
    code: 'UNRESOLVED_KCONFIG',
    reason: 'type',
    pattern: /^extern \(kcfg\) '(?<symbol>[^']+)': value '(?<value>[^']*)' implies (?<kind>\w+) type/,
    subject: 'symbol',
    example: { kernel: '6.1.0-56-cloud-amd64', text: "extern (kcfg) 'CONFIG_HZ': value '250' implies integer type" },
  },
  {
    code: 'UNRESOLVED_KCONFIG',
    reason: 'range',
    pattern: /^extern \(kcfg\) '(?<symbol>[^']+)': value '(?<value>[^']*)' doesn't fit in (?<bytes>\d+) bytes/,
    subject: 'symbol',
    example: { kernel: '6.1.0-56-cloud-amd64', text: "extern (kcfg) 'CONFIG_HZ': value '250' doesn't fit in 1 bytes" },
  },
  {
    code: 'UNRESOLVED_KCONFIG',
    reason: 'kconfig',
    pattern: /^extern \(kcfg\) '(?<symbol>[^']+)': (?!long string|value '.*' implies)/,
    subject: 'symbol',
    example: {
      kernel: '6.1.0-56-cloud-amd64',
      text: "extern (kcfg) 'LINUX_HAS_NOTHING_LIKE_IT': unrecognized virtual extern",
    },
  },
  {
    code: 'UNRESOLVED_KCONFIG',
    reason: 'not_set',
    pattern: /^extern '(?<symbol>(?:CONFIG|LINUX)_[^']+)' \(strong\): not resolved/,
    subject: 'symbol',
    example: { kernel: '6.1.0-56-cloud-amd64', text: "extern 'CONFIG_HID_BPF' (strong): not resolved" },
  },
  {
    code: 'UNRESOLVED_KSYM',
    reason: 'untyped',
    pattern: /^extern '(?<symbol>[^']+)' \(strong\): not resolved/,
    subject: 'symbol',
    example: { kernel: '6.1.0-56-cloud-amd64', text: "extern 'bpf_link_fops_gone' (strong): not resolved" },
  },
  {
    // A section such as `fentry/`: its loader names the function.
    code: 'LOADER_CONTRACT',
    reason: 'btf_target',
    pattern: /^prog '[^']*': failed to find kernel BTF type ID of '': /,
    example: {
      kernel: 'any, libbpf 1.7',
      text: "prog 'probe': failed to find kernel BTF type ID of '': -ESRCH",
    },
  },
  {
    code: 'ATTACH_TARGET_NOT_FOUND',
    reason: 'btf',
    pattern: /^prog '[^']*': failed to find kernel BTF type ID of '(?<function>[^']+)': (?<error>\S+)/,
    example: {
      kernel: '7.3.4+deb13-cloud-amd64',
      text: "prog 'on_unlink': failed to find kernel BTF type ID of 'do_unlinkat': -ESRCH",
    },
  },
  {
    code: 'MAP_PIN_CONFLICT',
    reason: 'pin',
    pattern:
      /^couldn't (?:reuse|retrieve) pinned map|^map '(?<map>[^']+)': (?:error reusing pinned map|failed to auto-pin|cannot find pinned map)/,
    subject: 'map',
    example: { kernel: 'any, libbpf 1.7', text: "map 'state': error reusing pinned map" },
  },
];

/** A map that the kernel or libbpf rejected (older versions with words and a number, `Invalid argument(-22)`); the definition and the errno decide what that means (`../map.ts`). */
export const MAP_REFUSED =
  /^map '(?<map>[^']+)': failed to create(?<inner> inner map)?: (?:.*\((?<number>-\d+)\)$|(?<error>\S+))/;

/** A map that exists but could not be filled or frozen. */
export const MAP_INIT_FAILED =
  /^map '(?<map>[^']+)': failed to (?:set initial contents|initialize slot|freeze as read-only|mmap arena|re-mmap)[^:]*: (?:.*: )?(?<error>\S+)$/;
