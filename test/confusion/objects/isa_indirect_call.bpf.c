// SPDX-License-Identifier: Apache-2.0
// A call through a pointer to a function.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

typedef int (*step)(int);

static __attribute__((noinline)) int up(int value)
{
	return value + 1;
}

static __attribute__((noinline)) int down(int value)
{
	return value - 1;
}

int direction;

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	step take = direction ? up : down;

	asm volatile("" : "+r"(take));
	return take(1) == 7; /* here */
}
