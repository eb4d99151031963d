// SPDX-License-Identifier: Apache-2.0
// The same with values that are looked up, maps that are named, a return on every path, and a function that is static.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

__u64 seen;
__u64 buckets[4];

SEC("raw_tp/sys_enter")
int writes_map(void *ctx)
{
	__u32 key = 0;
	__u64 *count = bpf_map_lookup_elem(&counts, &key);

	if (count)
		*count += 1;
	return 0;
}

SEC("raw_tp/sys_enter")
int reads_map(void *ctx)
{
	__u32 key = 0;
	__u64 *count = bpf_map_lookup_elem(&counts, &key);

	if (count)
		seen += *count;
	return 0;
}

SEC("xdp")
int without_map(struct xdp_md *ctx)
{
	__u32 key = 0;
	__u64 *count = bpf_map_lookup_elem(&counts, &key);

	return count ? XDP_PASS : XDP_DROP;
}

SEC("tc")
int other_context(struct __sk_buff *skb)
{
	__u32 first = 0;

	return bpf_skb_load_bytes(skb, 0, &first, sizeof(first)) < 0;
}

SEC("uprobe")
int without_end(void *ctx)
{
	seen += bpf_get_prandom_u32();
	return 0;
}

static __attribute__((noinline)) __u64 *bucket_of(__u32 index)
{
	return &buckets[index & 3];
}

SEC("raw_tp/sys_enter")
int fills_bucket(void *ctx)
{
	__u64 *bucket = bucket_of(bpf_get_prandom_u32());

	if (bucket)
		*bucket += 1;
	return 0;
}

SEC("raw_tp/sys_enter")
int other_buffer(void *ctx)
{
	char name[16];

	return bpf_get_current_comm(name, sizeof(name));
}

SEC("tc")
int other_socket(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;

	return sk && bpf_sk_fullsock(sk);
}
