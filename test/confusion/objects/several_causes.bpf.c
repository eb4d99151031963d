// SPDX-License-Identifier: Apache-2.0
// One sound program between two that fail, each for a reason of its own.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

SEC("raw_tp/sys_enter")
int unchecked(void *ctx)
{
	__u32 key = 0;
	__u64 *value = bpf_map_lookup_elem(&counters, &key);

	return *value == 7; /* first */
}

SEC("raw_tp/sys_enter")
int sound(void *ctx)
{
	return 0;
}

SEC("raw_tp/sys_exit")
int packetless(void *ctx)
{
	__u32 word = 0;

	return bpf_skb_store_bytes(ctx, 0, &word, sizeof(word), 0); /* second */
}
