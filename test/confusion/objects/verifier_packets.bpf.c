// SPDX-License-Identifier: Apache-2.0
// Packets and contexts in ways that verifiers refuse: what each program does wrong is said at its line.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

char LICENSE[] SEC("license") = "GPL";

#define packet_of(ctx) ((void *)(long)(ctx)->data)
#define end_of(ctx) ((void *)(long)(ctx)->data_end)

__u64 seen;

SEC("xdp")
int pops_header(struct xdp_md *ctx)
{
	struct ethhdr *eth = packet_of(ctx);

	if ((void *)(eth + 1) > end_of(ctx))
		return XDP_PASS;
	if (bpf_xdp_adjust_head(ctx, -8))
		return XDP_DROP;
	eth->h_proto = 0; /* pops_header */
	return XDP_PASS;
}

SEC("tc")
int pulls_data(struct __sk_buff *skb)
{
	struct ethhdr *eth = packet_of(skb);

	if ((void *)(eth + 1) > end_of(skb))
		return TC_ACT_OK;
	bpf_skb_pull_data(skb, 64);
	seen += eth->h_proto; /* pulls_data */
	return TC_ACT_OK;
}

SEC("cgroup_skb/egress")
int marks_packet(struct __sk_buff *skb)
{
	struct iphdr *ip = packet_of(skb);

	if ((void *)(ip + 1) > end_of(skb))
		return 1;
	ip->tos = 3; /* marks_packet */
	return 1;
}

SEC("socket")
int filters_packet(struct __sk_buff *skb)
{
	void *packet = packet_of(skb);

	if (packet + ETH_HLEN > end_of(skb)) /* filters_packet */
		return 0;
	return *(__u8 *)packet;
}

SEC("xdp")
int sums_packet(struct xdp_md *ctx)
{
	__u8 *packet = packet_of(ctx);
	__u32 length = end_of(ctx) - packet_of(ctx);

	if (length > 1500)
		return XDP_PASS;
	for (__u32 i = 0; i < length; i++)
		seen += packet[i]; /* sums_packet */
	return XDP_PASS;
}

SEC("tc")
int reads_length(struct __sk_buff *skb)
{
	char start[64] = {};
	__u32 length = skb->len;

	if (length > sizeof(start))
		length = sizeof(start);
	bpf_skb_load_bytes(skb, 0, start, length); /* reads_length */
	seen += start[0];
	return TC_ACT_OK;
}

SEC("tc")
int sets_length(struct __sk_buff *skb)
{
	skb->len = 64; /* sets_length */
	return TC_ACT_OK;
}

SEC("tc")
int counts_in_mark(struct __sk_buff *skb)
{
	__sync_fetch_and_add(&skb->mark, 1); /* counts_in_mark */
	return TC_ACT_OK;
}

SEC("tc")
int moves_context(struct __sk_buff *skb)
{
	__u32 *words = skb->cb;

	asm volatile("%0 = %0" : "+r"(words));
	seen += words[1]; /* moves_context */
	return TC_ACT_OK;
}

SEC("kprobe/vfs_read")
int picks_register(struct pt_regs *regs)
{
	__u64 *words = (void *)regs;

	seen += words[bpf_get_prandom_u32() & 7]; /* picks_register */
	return 0;
}
