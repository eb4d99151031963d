// SPDX-License-Identifier: Apache-2.0
// As helper_walk_trie: for a hash.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct key {
	__u32 bits;
	__u32 address;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16);
	__type(key, struct key);
	__type(value, __u64);
} routes SEC(".maps");

__u64 sum;

static long adds(void *map, const void *key, void *value, void *context)
{
	sum += *(__u64 *)value;
	return 0;
}

SEC("tc")
int probe(struct __sk_buff *skb)
{
	bpf_for_each_map_elem(&routes, adds, 0, 0); /* probe */
	return 0;
}
