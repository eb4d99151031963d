// SPDX-License-Identifier: Apache-2.0
// The source address of a message is read where none is sent.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("cgroup/bind4")
int probe(struct bpf_sock_addr *ctx)
{
	return ctx->msg_src_ip4 != 1; /* here */
}
