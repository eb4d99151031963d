// SPDX-License-Identifier: Apache-2.0
// Values that each CPU has for itself, without a lock.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct counted {
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
	counted->packets++;
	return 0;
}
