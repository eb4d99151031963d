// SPDX-License-Identifier: Apache-2.0
// The offset is less than 65,535, as the verifier wants it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define MASK 0x7fff

SEC("xdp")
int reads_far(struct xdp_md *ctx)
{
	unsigned char *data = (void *)(long)ctx->data;
	unsigned char *end = (void *)(long)ctx->data_end;
	unsigned char *byte;

	if (data + sizeof(__u32) > end)
		return XDP_PASS;
	byte = data + (*(__u32 *)data & MASK);
	if (byte + 1 > end)
		return XDP_PASS;
	return *byte == 7 ? XDP_DROP : XDP_PASS;
}
