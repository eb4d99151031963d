// SPDX-License-Identifier: Apache-2.0
// A function that compilers turned into __netif_receive_skb_core.constprop.0 from 6.1 on.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/__netif_receive_skb_core")
int probe(void *ctx)
{
	return 0;
}
