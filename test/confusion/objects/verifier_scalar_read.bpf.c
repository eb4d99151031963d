// SPDX-License-Identifier: Apache-2.0
// Reads through a number.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	return *(volatile int *)4096 == 7; /* here */
}
