// SPDX-License-Identifier: Apache-2.0
// The address of a function, upstream since 5.13, where a constant says that nobody gets.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

const volatile int wanted;

static long each(void *map, __u32 *key, __u64 *value, void *data)
{
	return 0;
}

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	if (!wanted)
		return 0;
	return bpf_for_each_map_elem(&counters, each, 0, 0); /* here */
}
