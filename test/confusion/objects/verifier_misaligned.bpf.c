// SPDX-License-Identifier: Apache-2.0
// An atomic addition across the middle of a stack slot.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	asm volatile("r1 = 0;"
		     "*(u64 *)(r10 - 8) = r1;"
		     "*(u64 *)(r10 - 16) = r1;" ::: "r1");
	asm volatile("r1 = 1; lock *(u64 *)(r10 - 12) += r1" ::: "r1"); /* here */
	return 0;
}
