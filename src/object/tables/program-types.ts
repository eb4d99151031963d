/** Program types: libbpf's word and the first upstream kernel. */
export const PROGRAM_TYPES = `
socket_filter 3.19
kprobe 4.1
sched_cls 4.1
sched_act 4.1
tracepoint 4.7
xdp 4.8
perf_event 4.9
cgroup_skb 4.10
cgroup_sock 4.10
lwt_in 4.10
lwt_out 4.10
lwt_xmit 4.10
sock_ops 4.13
sk_skb 4.14
cgroup_device 4.15
sk_msg 4.17
raw_tracepoint 4.17
cgroup_sock_addr 4.17
lwt_seg6local 4.18
lirc_mode2 4.18
sk_reuseport 4.19
flow_dissector 4.20
cgroup_sysctl 5.2
raw_tracepoint_writable 5.2
cgroup_sockopt 5.3
tracing 5.5
struct_ops 5.6
ext 5.6
lsm 5.7
sk_lookup 5.9
syscall 5.14
netfilter 6.4
`;

/**
 * Attach types: libbpf's word, the first upstream kernel, and whether an older kernel rejects the program (`load`) or
 * only its attachment (`attach`).
 */
export const ATTACH_TYPES = `
cgroup_inet_ingress 4.10 attach
cgroup_inet_egress 4.10 attach
cgroup_inet_sock_create 4.10 load
cgroup_sock_ops 4.13 attach
sk_skb_stream_parser 4.14 attach
sk_skb_stream_verdict 4.14 attach
cgroup_device 4.15 attach
sk_msg_verdict 4.17 attach
cgroup_inet4_bind 4.17 load
cgroup_inet6_bind 4.17 load
cgroup_inet4_connect 4.17 load
cgroup_inet6_connect 4.17 load
cgroup_inet4_post_bind 4.17 load
cgroup_inet6_post_bind 4.17 load
cgroup_udp4_sendmsg 4.18 load
cgroup_udp6_sendmsg 4.18 load
lirc_mode2 4.18 attach
flow_dissector 4.20 attach
cgroup_sysctl 5.2 attach
cgroup_udp4_recvmsg 5.2 load
cgroup_udp6_recvmsg 5.2 load
cgroup_getsockopt 5.3 load
cgroup_setsockopt 5.3 load
trace_raw_tp 5.5 load
trace_fentry 5.5 load
trace_fexit 5.5 load
modify_return 5.7 load
lsm_mac 5.7 load
trace_iter 5.8 load
cgroup_inet4_getpeername 5.8 load
cgroup_inet6_getpeername 5.8 load
cgroup_inet4_getsockname 5.8 load
cgroup_inet6_getsockname 5.8 load
xdp_devmap 5.8 attach
cgroup_inet_sock_release 5.9 load
xdp_cpumap 5.9 attach
sk_lookup 5.9 load
xdp 5.9 attach
sk_skb_verdict 5.13 attach
sk_reuseport_select 4.19 attach
sk_reuseport_select_or_migrate 5.14 attach
perf_event 5.15 attach
trace_kprobe_multi 5.18 attach
lsm_cgroup 6.0 load
struct_ops 6.4 attach
netfilter 6.4 load
tcx_ingress 6.6 attach
tcx_egress 6.6 attach
trace_uprobe_multi 6.6 attach
cgroup_unix_connect 6.7 load
cgroup_unix_sendmsg 6.7 load
cgroup_unix_recvmsg 6.7 load
cgroup_unix_getpeername 6.7 load
cgroup_unix_getsockname 6.7 load
netkit_primary 6.7 attach
netkit_peer 6.7 attach
trace_kprobe_session 6.10 attach
trace_uprobe_session 6.13 attach
trace_fsession 7.0 load
trace_fentry_multi 7.2 load
trace_fexit_multi 7.2 load
trace_fsession_multi 7.2 load
`;

/** Targets of iterators and the first upstream kernel that has each. */
export const ITERATORS = `
task 5.8
task_file 5.8
bpf_map 5.8
netlink 5.8
ipv6_route 5.8
tcp 5.9
udp 5.9
bpf_map_elem 5.9
bpf_prog 5.9
bpf_sk_storage_map 5.9
sockmap 5.10
task_vma 5.12
unix 5.15
bpf_link 5.19
ksym 6.0
cgroup 6.1
kmem_cache 6.13
dmabuf 6.16
`;

/** Structures of struct_ops and the first upstream kernel that has each. */
export const STRUCT_OPS = `
tcp_congestion_ops 5.6
bpf_dummy_ops 5.16
hid_bpf_ops 6.11
sched_ext_ops 6.12
Qdisc_ops 6.16
`;
