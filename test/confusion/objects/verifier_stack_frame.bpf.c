// SPDX-License-Identifier: Apache-2.0
// Writes 520 bytes below the frame: a frame has 512.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	asm volatile("r1 = 0; *(u64 *)(r10 - 520) = r1" ::: "r1"); /* here */
	return 0;
}
