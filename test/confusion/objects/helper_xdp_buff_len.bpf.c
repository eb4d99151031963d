// SPDX-License-Identifier: Apache-2.0
// bpf_xdp_get_buff_len: upstream since 5.18.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("xdp")
int probe(struct xdp_md *ctx)
{
	return bpf_xdp_get_buff_len(ctx) > 64 ? XDP_PASS : XDP_DROP; /* here */
}
