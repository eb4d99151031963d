// SPDX-License-Identifier: Apache-2.0
// As map_arena_small: two pages have room for the variable.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, 33 /* BPF_MAP_TYPE_ARENA */);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 2);
} arena SEC(".maps");

char shared[8192] SEC(".addr_space.1");
__u64 place;

SEC("xdp")
int probe(struct xdp_md *ctx)
{
	place = (__u64)&shared;
	return XDP_PASS;
}
