// SPDX-License-Identifier: Apache-2.0
// A section that other loaders take for a traffic classifier.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("classifier/first")
int on_packet(struct __sk_buff *skb)
{
	return 0;
}
