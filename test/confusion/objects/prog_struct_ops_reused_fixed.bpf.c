// SPDX-License-Identifier: Apache-2.0
// As prog_struct_ops_reused: each member has a program of its own.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct sock;

struct tcp_congestion_ops {
	unsigned int (*ssthresh)(struct sock *sk);
	unsigned int (*undo_cwnd)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, unsigned int ack, unsigned int acked);
	char name[16];
};

SEC("struct_ops/ssthresh")
unsigned int keeps_window(void *ctx)
{
	return 2;
}

SEC("struct_ops/undo_cwnd")
unsigned int undoes(void *ctx)
{
	return 2;
}

SEC("struct_ops/cong_avoid")
void avoids(void *ctx)
{
}

SEC(".struct_ops")
struct tcp_congestion_ops control = {
	.ssthresh = (void *)keeps_window,
	.undo_cwnd = (void *)undoes,
	.cong_avoid = (void *)avoids,
	.name = "bpf_keeps",
};
