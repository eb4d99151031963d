// SPDX-License-Identifier: Apache-2.0
// A number is used as a lock.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct rate {
	__u32 lock;
	__u32 count;
	__u64 since;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, struct rate);
} rates SEC(".maps");

SEC("xdp")
int probe(struct xdp_md *ctx)
{
	__u32 key = ctx->ingress_ifindex;
	struct rate *rate = bpf_map_lookup_elem(&rates, &key);

	if (!rate)
		return XDP_PASS;
	bpf_spin_lock((void *)&rate->lock); /* here */
	rate->count++;
	bpf_spin_unlock((void *)&rate->lock);
	return XDP_PASS;
}
