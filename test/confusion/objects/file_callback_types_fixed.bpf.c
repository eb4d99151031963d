// SPDX-License-Identifier: Apache-2.0
// Compiled with -g.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

static int each(__u32 index, void *context)
{
	return index > 2;
}

SEC("tc")
int repeats(struct __sk_buff *skb)
{
	bpf_loop(5, each, 0, 0); /* here */
	return 0;
}
