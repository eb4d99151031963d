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

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64[2]);
} plain SEC(".maps");

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

SEC("tc")
int unlocks(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct guarded *place = bpf_map_lookup_elem(&shared, &key);

	if (!place)
		return 0;
	bpf_spin_unlock(&place->lock); /* unlocks */
	return 0;
}

SEC("tc")
int unlocks_other(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct guarded *one = bpf_map_lookup_elem(&shared, &key);
	struct guarded *again = bpf_map_lookup_elem(&shared, &key);

	if (!one || !again)
		return 0;
	bpf_spin_lock(&one->lock);
	one->value++;
	bpf_spin_unlock(&again->lock); /* unlocks_other */
	return 0;
}

__attribute__((noinline)) int sum_of(int one, int other)
{
	barrier_var(one);
	return one + other;
}

SEC("tc")
int calls_locked(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct guarded *place = bpf_map_lookup_elem(&shared, &key);

	if (!place)
		return 0;
	bpf_spin_lock(&place->lock);
	place->value = sum_of(place->value, 1); /* calls_locked */
	bpf_spin_unlock(&place->lock);
	return 0;
}

SEC("tc")
int without_lock(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct bpf_spin_lock *lock = bpf_map_lookup_elem(&plain, &key);

	if (!lock)
		return 0;
	bpf_spin_lock(lock); /* without_lock */
	bpf_spin_unlock(lock);
	return 0;
}

SEC("tc")
int lock_elsewhere(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct guarded *place = bpf_map_lookup_elem(&shared, &key);

	if (!place)
		return 0;
	bpf_spin_lock((void *)&place->value); /* lock_elsewhere */
	bpf_spin_unlock((void *)&place->value);
	return 0;
}
