// SPDX-License-Identifier: Apache-2.0
// A per-CPU variable with its type.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern const int bpf_prog_active __ksym;

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	int *active = (int *)bpf_per_cpu_ptr(&bpf_prog_active, 0);

	return active ? *active : 0;
}
