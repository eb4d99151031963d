// SPDX-License-Identifier: Apache-2.0
// Values with a lock as verifiers take them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct guarded {
	struct bpf_spin_lock lock;
	__u32 value;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct guarded);
} shared SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct guarded);
} typed SEC(".maps");

__u64 seen;

SEC("tc")
int copies_lock(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct guarded *place = bpf_map_lookup_elem(&shared, &key);

	if (!place)
		return 0;
	seen = *(volatile __u32 *)&place->value;
	return 0;
}

SEC("tc")
int locks_both(struct __sk_buff *skb)
{
	__u32 first = 0, second = 1;
	struct guarded *one = bpf_map_lookup_elem(&shared, &first);
	struct guarded *other = bpf_map_lookup_elem(&shared, &second);
	__u32 value;

	if (!one || !other)
		return 0;
	bpf_spin_lock(&one->lock);
	value = one->value;
	bpf_spin_unlock(&one->lock);
	bpf_spin_lock(&other->lock);
	other->value = value;
	bpf_spin_unlock(&other->lock);
	return 0;
}

SEC("tc")
int locks_typed(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct guarded *place = bpf_map_lookup_elem(&typed, &key);

	if (!place)
		return 0;
	bpf_spin_lock(&place->lock);
	place->value++;
	bpf_spin_unlock(&place->lock);
	return 0;
}

SEC("tc")
int unlocks(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct guarded *place = bpf_map_lookup_elem(&shared, &key);

	if (!place)
		return 0;
	bpf_spin_lock(&place->lock);
	bpf_spin_unlock(&place->lock);
	return 0;
}

SEC("tc")
int calls_locked(struct __sk_buff *skb)
{
	__u32 key = 0;
	__u32 next = bpf_get_prandom_u32();
	struct guarded *place = bpf_map_lookup_elem(&shared, &key);

	if (!place)
		return 0;
	bpf_spin_lock(&place->lock);
	place->value = next;
	bpf_spin_unlock(&place->lock);
	return 0;
}
