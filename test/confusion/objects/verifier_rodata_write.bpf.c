// SPDX-License-Identifier: Apache-2.0
// Writes to data that is constant.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

const volatile int setting = 1;

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	*(volatile int *)&setting = 2; /* here */
	return 0;
}
