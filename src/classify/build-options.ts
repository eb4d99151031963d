import type { Finding } from '../model/finding.ts';
import { plainType } from './first-kernel.ts';

/**
 * Options that kernels are built with, by what is missing without them. Which kernels have an option is not a matter of this
 * table: their configurations say it (build-facts.ts). The most specific prefix comes first.
 */
const FUNCTIONS: readonly (readonly [prefix: string, option: string])[] = [
  ['security_socket_', 'CONFIG_SECURITY_NETWORK'],
  ['security_sk_', 'CONFIG_SECURITY_NETWORK'],
  ['security_unix_', 'CONFIG_SECURITY_NETWORK'],
  ['security_path_', 'CONFIG_SECURITY_PATH'],
  ['security_', 'CONFIG_SECURITY'],
  ['selinux_', 'CONFIG_SECURITY_SELINUX'],
  ['apparmor_', 'CONFIG_SECURITY_APPARMOR'],
  ['bpf_lsm_', 'CONFIG_BPF_LSM'],
  ['audit_', 'CONFIG_AUDIT'],
  ['xfrm_', 'CONFIG_XFRM'],
  ['psi_', 'CONFIG_PSI'],
  ['mem_cgroup_', 'CONFIG_MEMCG'],
  ['blkcg_', 'CONFIG_BLK_CGROUP'],
  ['scx_', 'CONFIG_SCHED_CLASS_EXT'],
  ['hid_bpf_', 'CONFIG_HID_BPF'],
  ['bpf_qdisc_', 'CONFIG_NET_SCH_BPF'],
  ['bpf_crypto_', 'CONFIG_CRYPTO'],
  ['bpf_get_fsverity_digest', 'CONFIG_FS_VERITY'],
  ['bpf_verify_pkcs7_signature', 'CONFIG_SYSTEM_DATA_VERIFICATION'],
  ['bpf_lookup_user_key', 'CONFIG_KEYS'],
  ['bpf_lookup_system_key', 'CONFIG_KEYS'],
  ['bpf_key_put', 'CONFIG_KEYS'],
  ['io_uring', 'CONFIG_IO_URING'],
  ['fscrypt_', 'CONFIG_FS_ENCRYPTION'],
  ['fsverity_', 'CONFIG_FS_VERITY'],
  ['hugetlb', 'CONFIG_HUGETLB_PAGE'],
  ['khugepaged', 'CONFIG_TRANSPARENT_HUGEPAGE'],
  ['ksm_', 'CONFIG_KSM'],
];

/** By libbpf's name of a program type. */
const PROGRAM_TYPES: readonly (readonly [type: RegExp, option: string])[] = [
  [/^lirc_mode2$/, 'CONFIG_BPF_LIRC_MODE2'],
  [/^netfilter$/, 'CONFIG_NETFILTER_BPF_LINK'],
  [/^lsm$/, 'CONFIG_BPF_LSM'],
  [/^cgroup_|^sock_ops$/, 'CONFIG_CGROUP_BPF'],
  [/^(?:kprobe|tracepoint|raw_tracepoint|raw_tracepoint_writable|perf_event)$/, 'CONFIG_BPF_EVENTS'],
  [/^lwt_/, 'CONFIG_LWTUNNEL_BPF'],
  [/^(?:sk_|flow_dissector$|xdp$|sched_)/, 'CONFIG_NET'],
  [/^(?:tracing|ext|struct_ops)$/, 'CONFIG_BPF_JIT'],
];

/** By libbpf's name of a map type. */
const MAP_TYPES: readonly (readonly [type: RegExp, option: string])[] = [
  [/^xskmap$/, 'CONFIG_XDP_SOCKETS'],
  [/^(?:sockmap|sockhash)$/, 'CONFIG_BPF_STREAM_PARSER'],
  [/^(?:percpu_)?cgroup_storage$|^cgrp_storage$/, 'CONFIG_CGROUP_BPF'],
  [/^(?:stack_trace|perf_event_array)$/, 'CONFIG_PERF_EVENTS'],
  [/^inode_storage$/, 'CONFIG_BPF_LSM'],
  [/^reuseport_sockarray$/, 'CONFIG_INET'],
  [/^(?:devmap|devmap_hash|cpumap|sk_storage)$/, 'CONFIG_NET'],
];

/** By the structure of struct_ops. */
const STRUCT_OPS: readonly (readonly [struct: RegExp, option: string])[] = [
  [/^hid_bpf_ops$/, 'CONFIG_HID_BPF'],
  [/^sched_ext_ops$/, 'CONFIG_SCHED_CLASS_EXT'],
  [/^Qdisc_ops$/, 'CONFIG_NET_SCH_BPF'],
  [/^(?:tcp_congestion_ops|bpf_dummy_ops)$/, 'CONFIG_BPF_JIT'],
];

/** By the section of a program that does not attach. */
const SECTIONS: readonly (readonly [section: RegExp, option: string])[] = [
  [/^\??k(?:ret)?probe\.(?:multi|session)\b/, 'CONFIG_FPROBE'],
];

const OTHERS = ['CONFIG_BPF_KPROBE_OVERRIDE', 'CONFIG_FTRACE_SYSCALLS'];

/** Every option that something is known to need. */
export const KNOWN_OPTIONS: readonly string[] = [
  ...new Set([
    ...[FUNCTIONS, PROGRAM_TYPES, MAP_TYPES, STRUCT_OPS, SECTIONS].flat().map(([, option]) => option),
    ...OTHERS,
  ]),
].sort();

function byPattern(table: readonly (readonly [RegExp, string])[], name: string | undefined): string | undefined {
  return name === undefined ? undefined : table.find(([pattern]) => pattern.test(name))?.[1];
}

/** The option a function is compiled with; undefined when not known. */
export function optionHint(name: string): string | undefined {
  return FUNCTIONS.find(([prefix]) => name.startsWith(prefix))?.[1];
}

/** The option that a program type needs; undefined when it needs none beyond bpf(2). */
export function typeOption(type: string): string | undefined {
  return byPattern(PROGRAM_TYPES, type);
}

/** The same for a map type. */
export function mapOption(type: string): string | undefined {
  return byPattern(MAP_TYPES, type);
}

/** The same for the structure of struct_ops. */
export function structOption(struct: string): string | undefined {
  return byPattern(STRUCT_OPS, struct);
}

/** The option that a kernel lacks if the finding is about its build; undefined where none is known. */
export function optionOf({ code, subject, args }: Finding): string | undefined {
  const { config } = args;
  if (config !== undefined) return /^CONFIG_\w+$/.test(config) ? config : undefined;
  switch (code) {
    case 'STRUCT_OPS_UNSUPPORTED':
      return structOption(args['struct'] ?? '');
    case 'UNSUPPORTED_MAP_TYPE':
      return mapOption(plainType(args['type'] ?? ''));
    case 'UNSUPPORTED_PROGRAM_TYPE':
      return typeOption(plainType(args['type'] ?? ''));
    case 'UNSUPPORTED_ATTACH_TYPE':
      return byPattern(SECTIONS, args['section']);
    case 'UNRESOLVED_KCONFIG':
      return args['reason'] === 'not_set' && subject?.startsWith('CONFIG_') ? subject : undefined;
    default:
      return undefined;
  }
}
