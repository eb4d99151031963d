// SPDX-License-Identifier: Apache-2.0
// As helper_stand_in, with what the helpers take.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} programs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

__u64 last;

SEC("xdp")
int hands_null(struct xdp_md *ctx)
{
	__u32 key = 1;
	__u64 value = 0;

	bpf_map_update_elem(&counts, &key, &value, 0); /* hands_null */
	return XDP_PASS;
}

SEC("tc")
int hands_field(struct __sk_buff *skb)
{
	__u32 key = skb->ifindex;
	__u64 *count = bpf_map_lookup_elem(&counts, &key); /* hands_field */

	if (count)
		last = *count;
	return 0;
}

SEC("xdp")
int jumps(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &programs, 1); /* jumps */
	return XDP_PASS;
}

SEC("xdp")
int redirects(struct xdp_md *ctx)
{
	return bpf_redirect_map(&ports, 1, 0); /* redirects */
}

SEC("tc")
int follows(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;

	if (!sk)
		return 0;
	sk = bpf_sk_fullsock(sk);
	if (sk)
		last = sk->state; /* follows */
	return 0;
}
