// SPDX-License-Identifier: Apache-2.0
// The same with helpers that these types have.
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
	__be32 from = 1, to = 2;

	return bpf_csum_diff(&from, sizeof(from), &to, sizeof(to), 0) < 0 ? XDP_DROP : XDP_PASS;
}

SEC("tc")
int reads(struct __sk_buff *skb)
{
	__u64 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), (void *)seen);
	return value & 1;
}

SEC("struct_ops/ssthresh")
__u32 copies(__u64 *ctx)
{
	char text[8];

	bpf_probe_read_kernel_str(text, sizeof(text), (void *)ctx[0]);
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
