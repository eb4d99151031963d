// SPDX-License-Identifier: Apache-2.0
// A field of the context that came with 5.18.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tc")
int probe(struct __sk_buff *skb)
{
	return *(volatile __u64 *)&skb->hwtstamp == 7; /* here */
}
