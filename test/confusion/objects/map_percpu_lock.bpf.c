// SPDX-License-Identifier: Apache-2.0
// A lock in values that each CPU has for itself.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct counted {
	struct bpf_spin_lock lock;
	__u32 packets;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct counted);
} counts SEC(".maps");

SEC("tc")
int probe(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct counted *counted = bpf_map_lookup_elem(&counts, &key);

	if (!counted)
		return 0;
	bpf_spin_lock(&counted->lock); /* here */
	counted->packets++;
	bpf_spin_unlock(&counted->lock);
	return 0;
}
