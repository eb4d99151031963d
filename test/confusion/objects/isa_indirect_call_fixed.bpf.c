// SPDX-License-Identifier: Apache-2.0
// As isa_indirect_call: the functions are called by their names.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

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
	return (direction ? up(1) : down(1)) == 7;
}
