// SPDX-License-Identifier: Apache-2.0
// A kernel function gets NULL, a number and memory of the program in place of a task.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct task_struct {
	int pid;
} __attribute__((preserve_access_index));

extern struct task_struct *bpf_task_acquire(struct task_struct *task) __ksym;
extern void bpf_task_release(struct task_struct *task) __ksym;

__u64 kept;

static void hold(struct task_struct *held)
{
	if (held)
		bpf_task_release(held); /* release */
}

SEC("tp_btf/sched_switch")
int hands_null(__u64 *ctx)
{
	hold(bpf_task_acquire((void *)0)); /* hands_null */
	return 0;
}

SEC("tp_btf/sched_switch")
int hands_number(__u64 *ctx)
{
	hold(bpf_task_acquire((void *)kept)); /* hands_number */
	return 0;
}

SEC("tp_btf/sched_switch")
int hands_variable(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[1];

	hold(bpf_task_acquire((void *)&task)); /* hands_variable */
	return 0;
}
