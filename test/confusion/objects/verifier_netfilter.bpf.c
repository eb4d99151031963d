// SPDX-License-Identifier: Apache-2.0
// A verdict that netfilter does not take from programs, and a packet that is written through its buffer.
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

SEC("netfilter")
int steals(struct bpf_nf_ctx *ctx)
{
	return 2; /* steals */
}

SEC("netfilter")
int marks(struct bpf_nf_ctx *ctx)
{
	ctx->skb->mark = 7; /* marks */
	return 1;
}
