/**
 * First upstream kernels of map and program types, keyed by the names libbpf prints (`libbpf_bpf_map_type_str`,
 * `libbpf_bpf_prog_type_str`), and of the attach kinds that libbpf's section names stand for. Maps and not plain objects:
 * the keys that are looked up come from guests, and an object answers to `constructor`.
 */
const MAP_TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    prog_array: '4.2',
    perf_event_array: '4.3',
    percpu_hash: '4.6',
    percpu_array: '4.6',
    stack_trace: '4.6',
    cgroup_array: '4.8',
    lru_hash: '4.10',
    lru_percpu_hash: '4.10',
    lpm_trie: '4.11',
    array_of_maps: '4.12',
    hash_of_maps: '4.12',
    devmap: '4.14',
    sockmap: '4.14',
    cpumap: '4.15',
    xskmap: '4.18',
    sockhash: '4.18',
    cgroup_storage: '4.19',
    reuseport_sockarray: '4.19',
    percpu_cgroup_storage: '4.20',
    queue: '4.20',
    stack: '4.20',
    sk_storage: '5.2',
    devmap_hash: '5.4',
    struct_ops: '5.6',
    ringbuf: '5.8',
    inode_storage: '5.10',
    task_storage: '5.11',
    bloom_filter: '5.16',
    user_ringbuf: '6.1',
    cgrp_storage: '6.2',
    arena: '6.9',
    insn_array: '6.19',
    rhash: '7.2',
  }),
);

const PROGRAM_TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    kprobe: '4.1',
    sched_cls: '4.1',
    sched_act: '4.1',
    tracepoint: '4.7',
    xdp: '4.8',
    perf_event: '4.9',
    cgroup_skb: '4.10',
    cgroup_sock: '4.10',
    lwt_in: '4.10',
    lwt_out: '4.10',
    lwt_xmit: '4.10',
    sock_ops: '4.13',
    sk_skb: '4.14',
    cgroup_device: '4.15',
    sk_msg: '4.17',
    raw_tracepoint: '4.17',
    cgroup_sock_addr: '4.17',
    lwt_seg6local: '4.18',
    lirc_mode2: '4.18',
    sk_reuseport: '4.19',
    flow_dissector: '4.20',
    cgroup_sysctl: '5.2',
    raw_tracepoint_writable: '5.2',
    cgroup_sockopt: '5.3',
    tracing: '5.5',
    struct_ops: '5.6',
    ext: '5.6',
    lsm: '5.7',
    sk_lookup: '5.9',
    syscall: '5.14',
    netfilter: '6.4',
  }),
);

/** Attach kinds by section name, most specific first: what the section needs beyond its program type. */
const SECTIONS: readonly { readonly section: RegExp; readonly kind: string; readonly since: string }[] = [
  { section: /^\??k(?:ret)?probe\.multi\b/, kind: 'kprobe.multi', since: '5.18' },
  { section: /^\??kprobe\.session\b/, kind: 'kprobe.session', since: '6.10' },
  { section: /^\??u(?:ret)?probe\.multi\b/, kind: 'uprobe.multi', since: '6.6' },
  { section: /^\??uprobe\.session\b/, kind: 'uprobe.session', since: '6.13' },
  { section: /^\??lsm_cgroup\b/, kind: 'lsm_cgroup', since: '6.0' },
  { section: /^\??tcx\//, kind: 'tcx', since: '6.6' },
  { section: /^\??netkit\//, kind: 'netkit', since: '6.7' },
  { section: /^\??netfilter\b/, kind: 'netfilter', since: '6.4' },
  { section: /^\??sk_lookup\b/, kind: 'sk_lookup', since: '5.9' },
  { section: /^\??sk_reuseport\/migrate\b/, kind: 'sk_reuseport/migrate', since: '5.14' },
  {
    section: /^\??cgroup\/(?:connect|sendmsg|recvmsg|getpeername|getsockname)_unix\b/,
    kind: 'cgroup unix',
    since: '6.7',
  },
  { section: /^\??cgroup\/get(?:peer|sock)name[46]\b/, kind: 'cgroup getname', since: '5.8' },
  { section: /^\??cgroup\/sock_release\b/, kind: 'cgroup sock_release', since: '5.9' },
  { section: /^\??iter(?:\.s)?\//, kind: 'iter', since: '5.8' },
  { section: /^\??(?:fmod_ret)(?:\.s)?\//, kind: 'fmod_ret', since: '5.7' },
  { section: /^\??xdp(?:\.frags)?\/devmap\b/, kind: 'xdp/devmap', since: '5.8' },
  { section: /^\??xdp(?:\.frags)?\/cpumap\b/, kind: 'xdp/cpumap', since: '5.9' },
];

/** `BPF_MAP_TYPE_RINGBUF` and `ringbuf` are the same word. */
export function plainType(type: string): string {
  return type.toLowerCase().replace(/^bpf_(?:map|prog)_type_/, '');
}

/** First upstream kernel of a map type; undefined when it is older than all we look at, or unknown. */
export function mapTypeSince(type: string): string | undefined {
  return MAP_TYPES.get(plainType(type));
}

/** First upstream kernel of a program type; undefined when it is older than all we look at, or unknown. */
export function programTypeSince(type: string): string | undefined {
  return PROGRAM_TYPES.get(plainType(type));
}

/** What a section name asks for beyond its program type, and since when; undefined for plain sections. */
export function attachKind(section: string): { readonly kind: string; readonly since: string } | undefined {
  const found = SECTIONS.find((entry) => entry.section.test(section));
  return found && { kind: found.kind, since: found.since };
}

/** What a section attaches to: `vfs_read` of `kprobe/vfs_read`, `sched/sched_switch` of `tp/sched/sched_switch`. */
export function sectionTarget(section: string): string | undefined {
  const target = /^[^/]+\/(.+)$/.exec(section)?.[1];
  return target?.replace(/\+0x0$|\+0$/, '');
}
