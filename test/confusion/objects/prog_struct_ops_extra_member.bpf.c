// SPDX-License-Identifier: Apache-2.0
// A congestion control with a member that no kernel has.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct sock;

struct tcp_congestion_ops {
	__u32 (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, __u32 ack, __u32 acked);
	__u32 (*undo_cwnd)(struct sock *sk);
	char name[16];
	__u32 bpfcompat_mood;
};

SEC("struct_ops/ssthresh")
__u32 ssthresh(void *ctx)
{
	return 2;
}

SEC("struct_ops/cong_avoid")
void cong_avoid(void *ctx)
{
}

SEC("struct_ops/undo_cwnd")
__u32 undo_cwnd(void *ctx)
{
	return 2;
}

SEC(".struct_ops")
struct tcp_congestion_ops gentle = {
	.ssthresh = (void *)ssthresh,
	.cong_avoid = (void *)cong_avoid,
	.undo_cwnd = (void *)undo_cwnd,
	.name = "gentle",
	.bpfcompat_mood = 1,
};
