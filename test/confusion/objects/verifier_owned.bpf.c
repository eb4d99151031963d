// SPDX-License-Identifier: Apache-2.0
// What a program has to give back, and does not or not in the right way.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} records SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__uint(key_size, 4);
	__uint(value_size, 4);
} steps SEC(".maps");

SEC("tc")
int releases_unchecked(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sock = bpf_sk_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);

	bpf_sk_release(sock); /* releases_unchecked */
	return 0;
}

SEC("tc")
int releases_twice(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sock = bpf_sk_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);

	if (!sock)
		return 0;
	bpf_sk_release(sock);
	bpf_sk_release(sock); /* releases_twice */
	return 0;
}

SEC("tc")
int jumps_holding(struct __sk_buff *skb)
{
	__u64 *record = bpf_ringbuf_reserve(&records, 8, 0); /* reserved */

	if (!record)
		return 0;
	bpf_tail_call(skb, &steps, 1); /* jumps_holding */
	bpf_ringbuf_discard(record, 0);
	return 0;
}
