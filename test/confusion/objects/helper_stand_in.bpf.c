// SPDX-License-Identifier: Apache-2.0
// Helpers get NULL, a field of the context, maps of other types and a socket that may not be there.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

__u64 last;

SEC("xdp")
int hands_null(struct xdp_md *ctx)
{
	__u32 key = 1;

	bpf_map_update_elem(&counts, &key, (void *)0, 0); /* hands_null */
	return XDP_PASS;
}

SEC("tc")
int hands_field(struct __sk_buff *skb)
{
	__u64 *count = bpf_map_lookup_elem(&counts, &skb->ifindex); /* hands_field */

	if (count)
		last = *count;
	return 0;
}

SEC("xdp")
int jumps(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &counts, 1); /* jumps */
	return XDP_PASS;
}

SEC("xdp")
int redirects(struct xdp_md *ctx)
{
	return bpf_redirect_map(&counts, 1, 0); /* redirects */
}

SEC("tc")
int follows(struct __sk_buff *skb)
{
	last = skb->sk->state; /* follows */
	return 0;
}
