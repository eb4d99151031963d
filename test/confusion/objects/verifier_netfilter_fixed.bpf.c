// SPDX-License-Identifier: Apache-2.0
// Drop or accept (0 or 1); the buffer is only read.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct sk_buff {
	unsigned int mark;
} __attribute__((preserve_access_index));

struct bpf_nf_ctx {
	const void *state;
	struct sk_buff *skb;
};

__u64 seen;

SEC("netfilter")
int steals(struct bpf_nf_ctx *ctx)
{
	return 0;
}

SEC("netfilter")
int marks(struct bpf_nf_ctx *ctx)
{
	seen += ctx->skb->mark;
	return 1;
}
