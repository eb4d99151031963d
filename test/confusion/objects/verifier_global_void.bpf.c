// SPDX-License-Identifier: Apache-2.0
// A global function that returns nothing.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

int result;

__attribute__((noinline)) void keep(int value)
{
	result = value; /* here */
}

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	keep(1);
	return 0;
}
