// SPDX-License-Identifier: Apache-2.0
// A numbered section that other loaders take for a socket filter.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("socket1")
int on_packet(struct __sk_buff *skb)
{
	return 0;
}
