// SPDX-License-Identifier: Apache-2.0
// What a driver knows about a packet, in a program that is loaded for no device.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern int bpf_xdp_metadata_rx_timestamp(const struct xdp_md *ctx, __u64 *timestamp) __ksym;

SEC("xdp")
int probe(struct xdp_md *ctx)
{
	__u64 timestamp;

	bpf_xdp_metadata_rx_timestamp(ctx, &timestamp); /* here */
	return XDP_PASS;
}
