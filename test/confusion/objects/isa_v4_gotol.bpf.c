// SPDX-License-Identifier: Apache-2.0
// Long jumps: upstream since 6.6. Written as bytes: older assemblers do not know them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	/* It jumps over an instruction that the verifier would refuse. */
	asm volatile("r1 = 1; if r1 == 0 goto +1; .8byte 0x0000000100000006; r0 = r5" ::: "r0", "r1"); /* here */
	return 0;
}
