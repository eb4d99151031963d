// SPDX-License-Identifier: Apache-2.0
// Reads behind the end of the context.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("xdp")
int probe(struct xdp_md *ctx)
{
	return ((volatile __u32 *)ctx)[32] == 7 ? XDP_DROP : XDP_PASS; /* here */
}
