// SPDX-License-Identifier: Apache-2.0
// Signed division, r1 s/= 3: upstream since 6.6. Written as bytes: older assemblers do not know it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	asm volatile("r1 = 5; .8byte 0x0000000300010137" ::: "r1"); /* here */
	return 0;
}
