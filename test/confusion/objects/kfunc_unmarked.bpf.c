// SPDX-License-Identifier: Apache-2.0
// Kernel functions are declared without __ksym.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct task_struct {
	int pid;
} __attribute__((preserve_access_index));

extern struct task_struct *bpf_task_from_pid(int pid);
extern void bpf_task_release(struct task_struct *task);

SEC("tp_btf/sched_switch")
int probe(void *ctx)
{
	struct task_struct *task = bpf_task_from_pid(1);

	if (task)
		bpf_task_release(task);
	return 0;
}
