// SPDX-License-Identifier: Apache-2.0
// An instruction that no path reaches.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	asm volatile("r0 = 0; exit; r1 = 1" ::: "r0", "r1"); /* here */
	return 0;
}
