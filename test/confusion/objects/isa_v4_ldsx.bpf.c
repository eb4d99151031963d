// SPDX-License-Identifier: Apache-2.0
// Extending loads, r1 = *(s8 *)(r10 - 8): upstream since 6.6. Written as bytes: older assemblers do not know them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	asm volatile("r1 = 0; *(u64 *)(r10 - 8) = r1" ::: "r1");
	asm volatile(".8byte 0xfff8a191" ::: "r1"); /* here */
	return 0;
}
