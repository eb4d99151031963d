// SPDX-License-Identifier: Apache-2.0
// A structure of a kernel function that is declared and not defined.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct bpf_cpumask;

extern struct bpf_cpumask *bpf_cpumask_create(void) __ksym;
extern void bpf_cpumask_release(struct bpf_cpumask *cpumask) __ksym;

SEC("tp_btf/task_newtask")
int probe(void *ctx)
{
	struct bpf_cpumask *mask = bpf_cpumask_create(); /* here */

	if (mask)
		bpf_cpumask_release(mask);
	return 0;
}
