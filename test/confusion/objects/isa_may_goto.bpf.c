// SPDX-License-Identifier: Apache-2.0
// The bounded jump: upstream since 6.9. Written as bytes: older assemblers do not know it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	asm volatile(".8byte 0x000100e5; r1 = 0" ::: "r1"); /* here */
	return 0;
}
