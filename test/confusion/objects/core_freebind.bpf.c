// SPDX-License-Identifier: Apache-2.0
// A bit field that became a flag with 6.7.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct inet_sock {
	__u8 freebind : 1;
} __attribute__((preserve_access_index));

SEC("kprobe/tcp_v4_rcv")
int probe(struct pt_regs *ctx)
{
	struct inet_sock *sock = (void *)ctx;

	return bpf_core_field_size(sock->freebind); /* here */
}
