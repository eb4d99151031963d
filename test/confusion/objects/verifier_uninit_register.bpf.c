// SPDX-License-Identifier: Apache-2.0
// Uses a register that was never written.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	asm volatile("r0 = r5" ::: "r0"); /* here */
	return 0;
}
