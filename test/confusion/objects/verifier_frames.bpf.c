// SPDX-License-Identifier: Apache-2.0
// Nine functions deep: eight are allowed.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

static __attribute__((noinline)) int depth8(volatile int value)
{
	return value;
}

static __attribute__((noinline)) int depth7(int value)
{
	return depth8(value) + 7;
}

static __attribute__((noinline)) int depth6(int value)
{
	return depth7(value) + 6;
}

static __attribute__((noinline)) int depth5(int value)
{
	return depth6(value) + 5;
}

static __attribute__((noinline)) int depth4(int value)
{
	return depth5(value) + 4;
}

static __attribute__((noinline)) int depth3(int value)
{
	return depth4(value) + 3;
}

static __attribute__((noinline)) int depth2(int value)
{
	return depth3(value) + 2;
}

static __attribute__((noinline)) int depth1(int value)
{
	return depth2(value) + 1;
}

SEC("xdp")
int probe(struct xdp_md *ctx)
{
	return depth1(ctx->ingress_ifindex);
}
