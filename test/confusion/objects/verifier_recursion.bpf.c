// SPDX-License-Identifier: Apache-2.0
// A function that calls itself.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

static __attribute__((noinline)) int again(volatile int value)
{
	if (value <= 0)
		return 0;
	return again(value - 1) + value; /* here */
}

SEC("xdp")
int probe(struct xdp_md *ctx)
{
	return again(ctx->ingress_ifindex);
}
