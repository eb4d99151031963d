// SPDX-License-Identifier: Apache-2.0
// Maps taken for their values, numbers for maps, an end that the compiler left out, and a result that is not a number.
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
	__u64 *count = (void *)&counts;

	*count += 1; /* writes_map */
	return 0;
}

SEC("raw_tp/sys_enter")
int reads_map(void *ctx)
{
	__u32 *count = (void *)&counts;

	seen += *count; /* reads_map */
	return 0;
}

SEC("xdp")
int without_map(struct xdp_md *ctx)
{
	__u32 key = 0;
	void *map = (void *)0;
	__u64 *count;

	barrier_var(map);
	count = bpf_map_lookup_elem(map, &key); /* without_map */
	return count ? XDP_PASS : XDP_DROP;
}

SEC("tc")
int other_context(struct __sk_buff *skb)
{
	__u32 first = 0;

	return bpf_skb_load_bytes((void *)&first, 0, &first, sizeof(first)) < 0; /* other_context */
}

SEC("uprobe")
int without_end(void *ctx)
{
	seen += bpf_get_prandom_u32(); /* without_end */
	__builtin_unreachable();
}

__attribute__((noinline)) __u64 *bucket_of(__u32 index)
{
	return &buckets[index & 3]; /* bucket_of */
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
	return bpf_get_current_comm(ctx, 16); /* other_buffer */
}

SEC("tc")
int other_socket(struct __sk_buff *skb)
{
	__u32 key = 0;
	void *value = bpf_map_lookup_elem(&counts, &key);

	return value && bpf_sk_fullsock(value); /* other_socket */
}
