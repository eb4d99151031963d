const TRACING = 'tracing programs (kprobe, uprobe, tracepoint, raw_tp, fentry, perf_event)';
const PACKETS = 'tc and XDP programs';

/** Kinds of programs that helpers are made for, as upstream offers them (6.12); the first row that fits counts. */
const OFFERED: readonly (readonly [helper: RegExp, programs: string])[] = [
  [
    /^bpf_[gs]etsockopt$/,
    'sockops, cgroup/connect, bind, sendmsg and sockopt programs, and to struct_ops of TCP congestion controls',
  ],
  [
    /^bpf_(?:skb|xdp)_output$/,
    'fentry, fexit and tp_btf programs, which get the packet as a typed argument; others send their own record with bpf_perf_event_output',
  ],
  [
    /^bpf_spin_(?:un)?lock$/,
    'tc, XDP, cgroup, sk_skb and sockops programs, newer kernels to fentry and LSM programs as well, and none to socket filters, kprobes, tracepoints and perf_event programs',
  ],
  [/^bpf_override_return$/, 'kprobe programs on functions of the error injection list'],
  [/^bpf_(?:sock_(?:map|hash)_update|load_hdr_opt|store_hdr_opt|reserve_hdr_opt|sock_ops_\w+)$/, 'sockops programs'],
  [/^bpf_msg_/, 'sk_msg programs'],
  [/^bpf_sk_redirect_/, 'sk_skb programs'],
  [/^bpf_sk_select_reuseport$/, 'sk_reuseport programs'],
  [/^bpf_sk_assign$/, 'tc programs on ingress and to sk_lookup programs'],
  [/^bpf_skc?_lookup_|^bpf_sk_release$/, 'tc, XDP and sk_skb programs and to cgroup programs with a socket address'],
  [/^bpf_(?:fib_lookup|check_mtu|csum_diff|tcp_(?:gen|check|raw_gen|raw_check)_syncookie\w*)$/, PACKETS],
  [/^bpf_redirect_map$|^bpf_xdp_/, 'XDP programs'],
  [/^bpf_redirect$/, 'tc, XDP and lwt_xmit programs'],
  [
    /^bpf_(?:redirect_(?:peer|neigh)|clone_redirect|set_hash\w*|csum_\w+|get_cgroup_classid|get_route_realm)$/,
    'tc programs',
  ],
  [/^bpf_skb_(?:cgroup_id|ancestor_cgroup_id)$/, 'tc and cgroup_skb programs'],
  [/^bpf_skb_load_bytes(?:_relative)?$/, 'tc, socket filter, cgroup_skb, lwt and flow_dissector programs'],
  [/^bpf_skb_|^bpf_l[34]_csum_replace$/, 'tc programs, and some of them to lwt_xmit and sk_skb programs'],
  [/^bpf_bind$/, 'cgroup/connect programs'],
  [/^bpf_sysctl_/, 'cgroup/sysctl programs'],
  [/^bpf_[gs]et_retval$/, 'cgroup programs that return 0 or an error'],
  [/^bpf_get_netns_cookie$/, 'cgroup, tc, sockops and sk_msg programs, on newer kernels only for some of them'],
  [/^bpf_seq_/, 'iterators (iter/...)'],
  [/^bpf_(?:perf_prog_read_value|read_branch_records)$/, 'perf_event programs'],
  [/^bpf_get_func_(?:arg|ret|arg_cnt)$/, 'fentry, fexit and fmod_ret programs'],
  [/^bpf_get_attach_cookie$/, 'kprobe, uprobe, tracepoint and perf_event programs, on newer kernels to fentry as well'],
  [/^bpf_(?:inode_storage_\w+|bprm_opts_set|ima_\w+)$/, 'LSM programs'],
  [/^bpf_sk_storage_/, 'tc, cgroup and sockops programs, since 5.11 also to tp_btf, fentry and fexit'],
  [/^bpf_task_storage_/, 'tracing, LSM and struct_ops programs'],
  [/^bpf_(?:sys_bpf|sys_close|btf_find_by_name_kind|kallsyms_lookup_name)$/, 'syscall programs'],
  [/^bpf_rc_/, 'lirc_mode2 programs'],
  [/^bpf_tcp_send_ack$/, 'struct_ops of TCP congestion controls'],
  [
    /^bpf_(?:probe_|get_current_|get_stack|send_signal|current_task_under_cgroup|get_func_ip|copy_from_user|perf_event_read|find_vma)/,
    TRACING,
  ],
];

/** `tc and XDP programs`: which programs a helper is for; undefined for helpers that most types have. */
export function offeredTo(helper: string): string | undefined {
  return OFFERED.find(([name]) => name.test(helper))?.[1];
}
