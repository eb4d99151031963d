// SPDX-License-Identifier: Apache-2.0
// A helper that traffic control programs may call since 6.15.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__u64 cookie;

SEC("tc")
int probe(struct __sk_buff *skb)
{
	cookie = bpf_get_netns_cookie(skb); /* here */
	return 0;
}
