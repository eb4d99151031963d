// SPDX-License-Identifier: Apache-2.0
// Sections that other loaders take for a traffic classifier and a socket filter.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("classifier/first")
int on_packet(struct __sk_buff *skb)
{
	return 0;
}

SEC("socket1")
int on_receive(struct __sk_buff *skb)
{
	return 0;
}
