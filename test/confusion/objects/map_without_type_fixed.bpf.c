// SPDX-License-Identifier: Apache-2.0
// The type stands in a field called type.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __u32);
	__type(value, __u32);
	__uint(max_entries, 16);
} seen SEC(".maps");

SEC("xdp")
int probe(struct xdp_md *ctx)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&seen, &key) ? XDP_DROP : XDP_PASS;
}
