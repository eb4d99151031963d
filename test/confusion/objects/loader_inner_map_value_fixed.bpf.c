// SPDX-License-Identifier: Apache-2.0
// The inner map is described in the object, and the helper of newer kernels is called where there is one.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct quota {
	__u64 limit;
	__u64 used;
	__u32 flags;
	__u32 owner;
};

struct tenant {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__uint(value_size, sizeof(struct quota));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(values, struct tenant);
} quotas SEC(".maps");

__u64 now;

SEC("cgroup_skb/ingress")
int newer(struct __sk_buff *skb)
{
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_ktime_get_tai_ns))
		now = bpf_ktime_get_tai_ns();
	else
		now = bpf_ktime_get_ns();
	return 1;
}

SEC("cgroup_skb/egress")
int probe(struct __sk_buff *skb)
{
	__u32 tenant = 2, slot = 0;
	struct quota *quota;
	void *inner;

	inner = bpf_map_lookup_elem(&quotas, &tenant);
	if (!inner)
		return 1;
	quota = bpf_map_lookup_elem(inner, &slot);
	if (!quota)
		return 1;
	quota->used += skb->len;
	return quota->owner != 7 && quota->used < quota->limit;
}
