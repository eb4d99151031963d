// SPDX-License-Identifier: Apache-2.0
// bpf_ktime_get_coarse_ns: upstream since 5.11.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tc")
int probe(struct __sk_buff *skb)
{
	return bpf_ktime_get_coarse_ns() == 0; /* here */
}
