/**
 * Section names that libbpf takes, in the order in which it tries them. `+` at the end: a target may follow behind a
 * slash. Then the program type, the attach type and flags: `s` sleepable, `f` fragments, `o` the attach type may be left
 * out on old kernels, `b` the target is looked up in BTF, `u` USDT.
 */
export const SECTION_NAMES = `
socket socket_filter
sk_reuseport/migrate sk_reuseport sk_reuseport_select_or_migrate
sk_reuseport sk_reuseport sk_reuseport_select
kprobe+ kprobe
uprobe+ kprobe
uprobe.s+ kprobe - s
kretprobe+ kprobe
uretprobe+ kprobe
uretprobe.s+ kprobe - s
kprobe.multi+ kprobe trace_kprobe_multi
kretprobe.multi+ kprobe trace_kprobe_multi
kprobe.session+ kprobe trace_kprobe_session
uprobe.multi+ kprobe trace_uprobe_multi
uretprobe.multi+ kprobe trace_uprobe_multi
uprobe.session+ kprobe trace_uprobe_session
uprobe.multi.s+ kprobe trace_uprobe_multi s
uretprobe.multi.s+ kprobe trace_uprobe_multi s
uprobe.session.s+ kprobe trace_uprobe_session s
ksyscall+ kprobe
kretsyscall+ kprobe
usdt+ kprobe - u
usdt.s+ kprobe - us
tc/ingress sched_cls tcx_ingress
tc/egress sched_cls tcx_egress
tcx/ingress sched_cls tcx_ingress
tcx/egress sched_cls tcx_egress
tc sched_cls
classifier sched_cls
action sched_act
netkit/primary sched_cls netkit_primary
netkit/peer sched_cls netkit_peer
tracepoint+ tracepoint
tp+ tracepoint
raw_tracepoint+ raw_tracepoint
raw_tp+ raw_tracepoint
raw_tracepoint.w+ raw_tracepoint_writable
raw_tp.w+ raw_tracepoint_writable
tp_btf+ tracing trace_raw_tp b
fentry+ tracing trace_fentry b
fmod_ret+ tracing modify_return b
fexit+ tracing trace_fexit b
fentry.s+ tracing trace_fentry bs
fmod_ret.s+ tracing modify_return bs
fexit.s+ tracing trace_fexit bs
fsession+ tracing trace_fsession b
fsession.s+ tracing trace_fsession bs
freplace+ ext - b
lsm+ lsm lsm_mac b
lsm.s+ lsm lsm_mac bs
lsm_cgroup+ lsm lsm_cgroup b
iter+ tracing trace_iter b
iter.s+ tracing trace_iter bs
syscall syscall - s
xdp.frags/devmap xdp xdp_devmap f
xdp/devmap xdp xdp_devmap
xdp.frags/cpumap xdp xdp_cpumap f
xdp/cpumap xdp xdp_cpumap
xdp.frags xdp xdp f
xdp xdp xdp o
perf_event perf_event
lwt_in lwt_in
lwt_out lwt_out
lwt_xmit lwt_xmit
lwt_seg6local lwt_seg6local
sockops sock_ops cgroup_sock_ops o
sk_skb/stream_parser sk_skb sk_skb_stream_parser o
sk_skb/stream_verdict sk_skb sk_skb_stream_verdict o
sk_skb/verdict sk_skb sk_skb_verdict o
sk_skb sk_skb
sk_msg sk_msg sk_msg_verdict o
lirc_mode2 lirc_mode2 lirc_mode2 o
flow_dissector flow_dissector flow_dissector o
cgroup_skb/ingress cgroup_skb cgroup_inet_ingress o
cgroup_skb/egress cgroup_skb cgroup_inet_egress o
cgroup/skb cgroup_skb
cgroup/sock_create cgroup_sock cgroup_inet_sock_create
cgroup/sock_release cgroup_sock cgroup_inet_sock_release
cgroup/sock cgroup_sock cgroup_inet_sock_create o
cgroup/post_bind4 cgroup_sock cgroup_inet4_post_bind
cgroup/post_bind6 cgroup_sock cgroup_inet6_post_bind
cgroup/bind4 cgroup_sock_addr cgroup_inet4_bind
cgroup/bind6 cgroup_sock_addr cgroup_inet6_bind
cgroup/connect4 cgroup_sock_addr cgroup_inet4_connect
cgroup/connect6 cgroup_sock_addr cgroup_inet6_connect
cgroup/connect_unix cgroup_sock_addr cgroup_unix_connect
cgroup/sendmsg4 cgroup_sock_addr cgroup_udp4_sendmsg
cgroup/sendmsg6 cgroup_sock_addr cgroup_udp6_sendmsg
cgroup/sendmsg_unix cgroup_sock_addr cgroup_unix_sendmsg
cgroup/recvmsg4 cgroup_sock_addr cgroup_udp4_recvmsg
cgroup/recvmsg6 cgroup_sock_addr cgroup_udp6_recvmsg
cgroup/recvmsg_unix cgroup_sock_addr cgroup_unix_recvmsg
cgroup/getpeername4 cgroup_sock_addr cgroup_inet4_getpeername
cgroup/getpeername6 cgroup_sock_addr cgroup_inet6_getpeername
cgroup/getpeername_unix cgroup_sock_addr cgroup_unix_getpeername
cgroup/getsockname4 cgroup_sock_addr cgroup_inet4_getsockname
cgroup/getsockname6 cgroup_sock_addr cgroup_inet6_getsockname
cgroup/getsockname_unix cgroup_sock_addr cgroup_unix_getsockname
cgroup/sysctl cgroup_sysctl cgroup_sysctl
cgroup/getsockopt cgroup_sockopt cgroup_getsockopt
cgroup/setsockopt cgroup_sockopt cgroup_setsockopt
cgroup/dev cgroup_device cgroup_device o
struct_ops+ struct_ops
struct_ops.s+ struct_ops - s
sk_lookup sk_lookup sk_lookup
netfilter netfilter netfilter
`;

/** What other loaders mean by sections that libbpf does not know; the first that fits counts. */
export const FOREIGN_SECTIONS: readonly (readonly [prefix: RegExp, type: string])[] = [
  [/^classifier(?:[/_.-]|$)/, 'sched_cls'],
  [/^(?:tc|tcx)(?:[/_.-]|$)/, 'sched_cls'],
  [/^action(?:[/_.-]|$)/, 'sched_act'],
  [/^socket/, 'socket_filter'],
  [/^xdp/, 'xdp'],
  [/^perf_event/, 'perf_event'],
  [/^sk_skb/, 'sk_skb'],
  [/^sk_msg/, 'sk_msg'],
  [/^sockops/, 'sock_ops'],
  [/^sk_lookup/, 'sk_lookup'],
  [/^sk_reuseport/, 'sk_reuseport'],
  [/^flow_dissector/, 'flow_dissector'],
  [/^cgroup\/skb|^cgroup_skb/, 'cgroup_skb'],
  [/^cgroup\/sock(?:\/|$)/, 'cgroup_sock'],
  [/^cgroup\/dev/, 'cgroup_device'],
  [/^lwt_in/, 'lwt_in'],
  [/^lwt_out/, 'lwt_out'],
  [/^lwt_xmit/, 'lwt_xmit'],
  [/^lirc_mode2/, 'lirc_mode2'],
  [/^syscall/, 'syscall'],
  [/^netfilter/, 'netfilter'],
];
