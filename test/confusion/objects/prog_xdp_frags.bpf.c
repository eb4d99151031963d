// SPDX-License-Identifier: Apache-2.0
// XDP on packets of several pieces: upstream since 5.18.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("xdp.frags")
int on_packet(struct xdp_md *ctx)
{
	return XDP_PASS;
}
