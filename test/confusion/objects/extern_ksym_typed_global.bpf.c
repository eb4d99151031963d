// SPDX-License-Identifier: Apache-2.0
// Kernels describe their per-CPU variables only, and this is none.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern unsigned long jiffies __ksym;

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	return jiffies == 0;
}
