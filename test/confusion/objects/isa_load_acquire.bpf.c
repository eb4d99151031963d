// SPDX-License-Identifier: Apache-2.0
// Ordered loads, r1 = load_acquire(r10 - 8): upstream since 6.15. Written as bytes: older assemblers do not know them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	asm volatile("r1 = 0; *(u64 *)(r10 - 8) = r1" ::: "r1");
	asm volatile(".8byte 0x00000100fff8a1db" ::: "r1"); /* here */
	return 0;
}
