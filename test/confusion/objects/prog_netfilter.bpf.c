// SPDX-License-Identifier: Apache-2.0
// A netfilter program: upstream since 6.4.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("netfilter")
int on_packet(void *ctx)
{
	return 1;
}
