// SPDX-License-Identifier: Apache-2.0
// A jump behind the end of the program.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	asm volatile("goto +1000"); /* here */
	return 0;
}
