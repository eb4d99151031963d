// SPDX-License-Identifier: Apache-2.0
// Reads a packet without asking where it ends.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("xdp")
int probe(struct xdp_md *ctx)
{
	unsigned char *data = (void *)(long)ctx->data;

	return data[0] == 7 ? XDP_DROP : XDP_PASS; /* here */
}
