// SPDX-License-Identifier: Apache-2.0
// A loop that never ends.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	for (;;)
		asm volatile("r1 = 1" ::: "r1"); /* here */
}
