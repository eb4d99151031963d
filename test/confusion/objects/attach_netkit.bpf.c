// SPDX-License-Identifier: Apache-2.0
// netkit devices: upstream since 6.7. Older kernels load the program.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("netkit/primary")
int on_packet(struct __sk_buff *skb)
{
	return 0;
}
