// SPDX-License-Identifier: Apache-2.0
// Not pinned.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	__u32 key = 0;

	return !bpf_map_lookup_elem(&counts, &key);
}
