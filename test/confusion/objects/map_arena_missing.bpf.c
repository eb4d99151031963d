// SPDX-License-Identifier: Apache-2.0
// A global variable in an arena that no map stands for.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

char shared[8192] SEC(".addr_space.1");
__u64 place;

SEC("xdp")
int probe(struct xdp_md *ctx)
{
	place = (__u64)&shared;
	return XDP_PASS;
}
