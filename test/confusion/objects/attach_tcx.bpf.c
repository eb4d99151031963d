// SPDX-License-Identifier: Apache-2.0
// The multi-program hook of traffic control: upstream since 6.6. Older kernels load the program.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tcx/ingress")
int on_packet(struct __sk_buff *skb)
{
	return 0;
}
