// SPDX-License-Identifier: Apache-2.0
// Helpers that other types of programs have.
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

__u64 seen;

SEC("xdp")
int sums(struct xdp_md *ctx)
{
	return bpf_l4_csum_replace((void *)ctx, 0, 0, 0, 0) ? XDP_DROP : XDP_PASS; /* sums */
}

SEC("tc")
int reads(struct __sk_buff *skb)
{
	__u64 value = 0;

	bpf_probe_read(&value, sizeof(value), (void *)seen); /* reads */
	return value & 1;
}

SEC("struct_ops/ssthresh")
__u32 copies(__u64 *ctx)
{
	char text[8];

	bpf_probe_read_str(text, sizeof(text), (void *)ctx[0]); /* copies */
	return text[0];
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
struct tcp_congestion_ops copying = {
	.ssthresh = (void *)copies,
	.cong_avoid = (void *)cong_avoid,
	.undo_cwnd = (void *)undo_cwnd,
	.name = "copying",
};
