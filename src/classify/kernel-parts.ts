/**
 * Where in a kernel some names live: a module, or code behind an option. Hints by prefix for names that a guest does not
 * have; they choose the words of a finding and never its code. The most specific prefix comes first.
 */
const MODULES: readonly (readonly [prefix: string, module: string])[] = [
  ['bpf_xdp_flow_lookup', 'nf_flow_table'],
  ['bpf_ct_', 'nf_conntrack'],
  ['bpf_skb_ct_', 'nf_conntrack'],
  ['bpf_xdp_ct_', 'nf_conntrack'],
  ['nf_conntrack_', 'nf_conntrack'],
  ['nf_ct_', 'nf_conntrack'],
  ['nf_nat_', 'nf_nat'],
  ['nf_tables_', 'nf_tables'],
  ['nft_', 'nf_tables'],
  ['md_', 'md_mod'],
  ['xfs', 'xfs'],
  ['btrfs', 'btrfs'],
  ['ext4', 'ext4'],
  ['jbd2', 'jbd2'],
  ['f2fs', 'f2fs'],
  ['nfsd', 'nfsd'],
  ['nfs', 'nfs'],
  ['sunrpc', 'sunrpc'],
  ['rpc', 'sunrpc'],
  ['cifs', 'cifs'],
  ['ceph', 'ceph'],
  ['fuse_', 'fuse'],
  ['ovl_', 'overlay'],
  ['zfs_', 'zfs'],
  ['kvm', 'kvm'],
  ['tcp_bbr', 'tcp_bbr'],
  ['tun_', 'tun'],
  ['veth_', 'veth'],
  ['vxlan_', 'vxlan'],
  ['wg_', 'wireguard'],
  ['br_', 'bridge'],
  ['bond_', 'bonding'],
  ['ip_vs_', 'ip_vs'],
  ['cfg80211', 'cfg80211'],
  ['mac80211', 'mac80211'],
  ['drm', 'drm'],
  ['i915', 'i915'],
  ['amdgpu', 'amdgpu'],
  ['hid_bpf_', 'hid'],
  ['nvme', 'nvme'],
  ['scsi_', 'scsi_mod'],
  ['virtio_', 'virtio'],
  ['dm_', 'dm_mod'],
];

/** First upstream kernels of what SEC("iter/NAME") goes through. */
const ITERATORS: ReadonlyMap<string, string> = new Map([
  ['task', '5.8'],
  ['task_file', '5.8'],
  ['bpf_map', '5.8'],
  ['netlink', '5.8'],
  ['ipv6_route', '5.8'],
  ['tcp', '5.9'],
  ['udp', '5.9'],
  ['bpf_map_elem', '5.9'],
  ['bpf_prog', '5.9'],
  ['bpf_sk_storage_map', '5.9'],
  ['sockmap', '5.10'],
  ['task_vma', '5.12'],
  ['unix', '5.15'],
  ['bpf_link', '5.19'],
  ['ksym', '6.0'],
  ['cgroup', '6.1'],
  ['kmem_cache', '6.13'],
  ['dmabuf', '6.16'],
]);

function byPrefix(table: readonly (readonly [string, string])[], name: string): string | undefined {
  return table.find(([prefix]) => name.startsWith(prefix))?.[1];
}

/** The module that a function, tracepoint category or kfunc belongs to on most kernels; undefined when not known. */
export function moduleHint(name: string): string | undefined {
  return byPrefix(MODULES, name);
}

/** First upstream kernel of a family, where all names with the prefix came with it. */
const FAMILIES: readonly (readonly [prefix: string, since: string])[] = [
  ['scx_', '6.12'],
  ['hid_bpf_', '6.3'],
];

/** First upstream kernel with names of this family; undefined when not known. */
export function familySince(name: string): string | undefined {
  return byPrefix(FAMILIES, name);
}

/** First upstream kernel of an iterator; undefined when not known. */
export function iteratorSince(name: string): string | undefined {
  return ITERATORS.get(name.replace(/^bpf_iter_/, ''));
}

/** Hooks that every kernel with BPF LSM has: without them it was built without BPF LSM. */
const OLD_HOOKS =
  /^(?:bpf_lsm_)?(?:file_open|file_permission|bprm_check_security|task_alloc|inode_(?:create|unlink|rename|permission)|socket_(?:create|connect|bind|sendmsg)|sb_mount|mmap_file|ptrace_access_check|bpf|cred_prepare)$/;

/** Whether an LSM hook is as old as BPF LSM itself. */
export function isOldHook(name: string): boolean {
  return OLD_HOOKS.test(name);
}

/** Names that objects carry until their loader puts the real function in: they exist in no kernel. */
export function isPlaceholder(name: string): boolean {
  return /^(?:dummy_\w+|func|tc|xdp|placeholder\w*|target_function)$/.test(name);
}
