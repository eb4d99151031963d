// SPDX-License-Identifier: Apache-2.0
// A helper for packets in a program that has none.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	__u32 word = 0;

	return bpf_skb_store_bytes(ctx, 0, &word, sizeof(word), 0); /* here */
}
