// SPDX-License-Identifier: Apache-2.0
// Extending moves, r1 = (s8)r1: upstream since 6.6. Written as bytes: older assemblers do not know them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	asm volatile("r1 = 5; .8byte 0x000811bf" ::: "r1"); /* here */
	return 0;
}
