// SPDX-License-Identifier: Apache-2.0
// A global function that returns a pointer.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__attribute__((noinline)) void *same(void *ctx) /* here */
{
	volatile int keep = 1;

	return keep ? 0 : (void *)1;
}

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	return same(ctx) != 0;
}
