// SPDX-License-Identifier: Apache-2.0
// A congestion control with a name of its own.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct sock;

struct tcp_congestion_ops {
	__u32 (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, __u32 ack, __u32 acked);
	__u32 (*undo_cwnd)(struct sock *sk);
	char name[16];
};

SEC("struct_ops/ssthresh")
__u32 window(void *ctx)
{
	return 2;
}

SEC("struct_ops/cong_avoid")
void avoid(void *ctx)
{
}

SEC("struct_ops/undo_cwnd")
__u32 undo(void *ctx)
{
	return 2;
}

SEC(".struct_ops")
struct tcp_congestion_ops own = {
	.ssthresh = (void *)window,
	.cong_avoid = (void *)avoid,
	.undo_cwnd = (void *)undo,
	.name = "bpfcompat_own",
};
