// SPDX-License-Identifier: Apache-2.0
// Ten thousand branches, each doubling the number of paths.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	__u32 random = bpf_get_prandom_u32();

	/* The branches, and not the number of instructions, are too many. */
	asm volatile(".rept 10000; if %0 == 1 goto +1; r1 = 1; .endr" ::"r"(random) : "r1");
	return 0;
}
