// SPDX-License-Identifier: Apache-2.0
// A kernel function that no kernel has.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern int bpfcompat_no_such_kfunc(int value) __ksym;

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	return bpfcompat_no_such_kfunc(1);
}
