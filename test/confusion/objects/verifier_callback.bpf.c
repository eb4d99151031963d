// SPDX-License-Identifier: Apache-2.0
// A function for every entry of a map: upstream since 5.13.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

static long each(void *map, __u32 *key, __u64 *value, void *data)
{
	return 0;
}

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	return bpf_for_each_map_elem(&counters, each, 0, 0); /* here */
}
