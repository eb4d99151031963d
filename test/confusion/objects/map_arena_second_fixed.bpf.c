// SPDX-License-Identifier: Apache-2.0
// As map_arena_second, with one.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, 33 /* BPF_MAP_TYPE_ARENA */);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
} arena SEC(".maps");

SEC("xdp")
int probe(struct xdp_md *ctx)
{
	return XDP_PASS;
}
