// SPDX-License-Identifier: Apache-2.0
// A helper that reads as many bytes of the packet as its headers say.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("xdp")
int sums(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *ethernet = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(ethernet + 1);
	struct tcphdr *tcp = (void *)(ip + 1);
	__u16 length;

	if ((void *)(tcp + 1) > end)
		return XDP_PASS;
	length = bpf_ntohs(ip->tot_len) - ip->ihl * 4;
	tcp->check = bpf_csum_diff(0, 0, (void *)tcp, length, 0); /* here */
	return XDP_PASS;
}
