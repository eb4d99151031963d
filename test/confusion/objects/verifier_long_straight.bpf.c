// SPDX-License-Identifier: Apache-2.0
// Five thousand instructions in a row: too many before 5.2 only.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	asm volatile(".rept 5000; r0 = 1; .endr" ::: "r0");
	return 0;
}
