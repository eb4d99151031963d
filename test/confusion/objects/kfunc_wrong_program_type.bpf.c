// SPDX-License-Identifier: Apache-2.0
// tcp_reno_cong_avoid is for congestion controls only. Kernels before 5.13 have it and cannot call it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct sock {
	int unused;
} __attribute__((preserve_access_index));

extern void tcp_reno_cong_avoid(struct sock *sk, __u32 ack, __u32 acked) __ksym;

SEC("xdp")
int probe(struct xdp_md *ctx)
{
	tcp_reno_cong_avoid((void *)ctx, 0, 0); /* here */
	return XDP_PASS;
}
