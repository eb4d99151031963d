// SPDX-License-Identifier: Apache-2.0
// Storage of a cgroup as verifiers take it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_STORAGE);
	__type(key, struct bpf_cgroup_storage_key);
	__type(value, __u64);
} first SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE);
	__type(key, struct bpf_cgroup_storage_key);
	__type(value, __u64);
} second SEC(".maps");

SEC("cgroup_skb/egress")
int two_storages(struct __sk_buff *skb)
{
	__u64 *one = bpf_get_local_storage(&first, 0);
	__u64 *other = bpf_get_local_storage(&second, 0);

	*one += 1;
	*other += 1;
	return 1;
}

SEC("cgroup_skb/egress")
int flagged(struct __sk_buff *skb)
{
	__u64 *one = bpf_get_local_storage(&first, 0);

	*one += 1;
	return 1;
}
