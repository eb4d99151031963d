// SPDX-License-Identifier: Apache-2.0
// Multiplies a pointer.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	asm volatile("r1 = r10; r1 *= 2" ::: "r1"); /* here */
	return 0;
}
