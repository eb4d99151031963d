// SPDX-License-Identifier: Apache-2.0
// The same programs as their findings say that they should be.
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
	struct ethhdr *eth;

	if (bpf_xdp_adjust_head(ctx, -8))
		return XDP_DROP;
	eth = packet_of(ctx);
	if ((void *)(eth + 1) > end_of(ctx))
		return XDP_PASS;
	eth->h_proto = 0;
	return XDP_PASS;
}

SEC("tc")
int pulls_data(struct __sk_buff *skb)
{
	struct ethhdr *eth;

	bpf_skb_pull_data(skb, 64);
	eth = packet_of(skb);
	if ((void *)(eth + 1) > end_of(skb))
		return TC_ACT_OK;
	seen += eth->h_proto;
	return TC_ACT_OK;
}

SEC("tc")
int marks_packet(struct __sk_buff *skb)
{
	struct iphdr *ip = packet_of(skb) + ETH_HLEN;

	if ((void *)(ip + 1) > end_of(skb))
		return TC_ACT_OK;
	ip->tos = 3;
	return TC_ACT_OK;
}

SEC("socket")
int filters_packet(struct __sk_buff *skb)
{
	__u8 first = 0;

	bpf_skb_load_bytes(skb, 0, &first, sizeof(first));
	return first;
}

SEC("xdp")
int sums_packet(struct xdp_md *ctx)
{
	__u8 *packet = packet_of(ctx);

	for (__u32 i = 0; i < 64; i++) {
		if ((void *)(packet + i + 1) > end_of(ctx))
			break;
		seen += packet[i];
	}
	return XDP_PASS;
}

SEC("tc")
int reads_length(struct __sk_buff *skb)
{
	char start[64] = {};
	__u32 length = skb->len;

	if (length == 0)
		return TC_ACT_OK;
	length = ((length - 1) & (sizeof(start) - 1)) + 1;
	bpf_skb_load_bytes(skb, 0, start, length);
	seen += start[0];
	return TC_ACT_OK;
}

SEC("tc")
int sets_length(struct __sk_buff *skb)
{
	bpf_skb_change_tail(skb, 64, 0);
	return TC_ACT_OK;
}

SEC("tc")
int counts_in_mark(struct __sk_buff *skb)
{
	skb->mark = skb->mark + 1;
	return TC_ACT_OK;
}

SEC("tc")
int moves_context(struct __sk_buff *skb)
{
	__u32 word = skb->cb[1];

	asm volatile("%0 = %0" : "+r"(word));
	seen += word;
	return TC_ACT_OK;
}

SEC("kprobe/vfs_read")
int picks_register(struct pt_regs *regs)
{
	__u64 words[8] = {};

	bpf_probe_read_kernel(words, sizeof(words), regs);
	seen += words[bpf_get_prandom_u32() & 7];
	return 0;
}
