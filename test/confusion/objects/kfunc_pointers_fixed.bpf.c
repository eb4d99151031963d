// SPDX-License-Identifier: Apache-2.0
// The same with pointers that the kernel trusts, and the section left again.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct task_struct {
	int pid;
} __attribute__((preserve_access_index));

extern struct task_struct *bpf_task_acquire(struct task_struct *task) __ksym;
extern void bpf_task_release(struct task_struct *task) __ksym;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;

SEC("tp_btf/sched_switch")
int follows(__u64 *ctx)
{
	struct task_struct *held = bpf_task_acquire((void *)ctx[1]); /* follows */

	if (held)
		bpf_task_release(held);
	return 0;
}

SEC("tp_btf/sched_switch")
int casts(__u64 *ctx)
{
	struct task_struct *held = bpf_task_acquire((void *)bpf_get_current_task_btf());

	if (held)
		bpf_task_release(held);
	return 0;
}

SEC("tp_btf/sched_switch")
int stays(__u64 *ctx)
{
	bpf_rcu_read_lock(); /* lock */
	bpf_rcu_read_unlock();
	return 0;
}
