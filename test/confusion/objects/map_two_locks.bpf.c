// SPDX-License-Identifier: Apache-2.0
// A value with two locks: no kernel takes that.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct account {
	struct bpf_spin_lock in_lock;
	struct bpf_spin_lock out_lock;
	__u64 in, out;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct account);
} accounts SEC(".maps");

SEC("tc")
int probe(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct account *account = bpf_map_lookup_elem(&accounts, &key);

	if (!account)
		return 0;
	bpf_spin_lock(&account->in_lock); /* here */
	account->in += skb->len;
	bpf_spin_unlock(&account->in_lock);
	return 0;
}
