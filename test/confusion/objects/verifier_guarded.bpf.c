// SPDX-License-Identifier: Apache-2.0
// Values with a lock in ways that verifiers reject.
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
	__uint(key_size, 4);
	__uint(value_size, sizeof(struct guarded));
} untyped SEC(".maps");

__u64 seen;

SEC("tc")
int copies_lock(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct guarded *place = bpf_map_lookup_elem(&shared, &key);

	if (!place)
		return 0;
	seen = *(volatile __u64 *)place; /* copies_lock */
	return 0;
}

SEC("tc")
int locks_both(struct __sk_buff *skb)
{
	__u32 first = 0, second = 1;
	struct guarded *one = bpf_map_lookup_elem(&shared, &first);
	struct guarded *other = bpf_map_lookup_elem(&shared, &second);

	if (!one || !other)
		return 0;
	bpf_spin_lock(&one->lock);
	bpf_spin_lock(&other->lock); /* locks_both */
	other->value = one->value;
	bpf_spin_unlock(&other->lock);
	bpf_spin_unlock(&one->lock);
	return 0;
}

SEC("tc")
int locks_untyped(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct guarded *place = bpf_map_lookup_elem(&untyped, &key);

	if (!place)
		return 0;
	bpf_spin_lock(&place->lock); /* locks_untyped */
	place->value++;
	bpf_spin_unlock(&place->lock);
	return 0;
}
