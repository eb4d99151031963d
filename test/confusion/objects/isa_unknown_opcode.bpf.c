// SPDX-License-Identifier: Apache-2.0
// An instruction that does not exist.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	asm volatile(".8byte 0xff"); /* here */
	return 0;
}
