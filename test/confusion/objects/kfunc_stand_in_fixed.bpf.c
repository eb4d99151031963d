// SPDX-License-Identifier: Apache-2.0
// As kfunc_stand_in, with the task itself.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct task_struct {
	int pid;
} __attribute__((preserve_access_index));

extern struct task_struct *bpf_task_acquire(struct task_struct *task) __ksym;
extern void bpf_task_release(struct task_struct *task) __ksym;

static void hold(struct task_struct *held)
{
	if (held)
		bpf_task_release(held); /* release */
}

SEC("tp_btf/sched_switch")
int hands_null(__u64 *ctx)
{
	hold(bpf_task_acquire((void *)ctx[1])); /* hands_null */
	return 0;
}

SEC("tp_btf/sched_switch")
int hands_number(__u64 *ctx)
{
	hold(bpf_task_acquire((void *)bpf_get_current_task_btf()));
	return 0;
}

SEC("tp_btf/sched_switch")
int hands_variable(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[1];

	hold(bpf_task_acquire(task));
	return 0;
}
