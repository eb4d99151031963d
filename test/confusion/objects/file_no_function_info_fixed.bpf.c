// SPDX-License-Identifier: Apache-2.0
// The same as a C function with assembly in it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__attribute__((noinline)) int next_of(int number)
{
	asm volatile("%0 += 1" : "+r"(number));
	return number;
}

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	return next_of(1) == 1;
}
