// SPDX-License-Identifier: Apache-2.0
// As verifier_source_address: it is read where a message is sent.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("cgroup/sendmsg4")
int probe(struct bpf_sock_addr *ctx)
{
	return ctx->msg_src_ip4 != 1; /* here */
}
