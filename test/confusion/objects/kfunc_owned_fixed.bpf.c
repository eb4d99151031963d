// SPDX-License-Identifier: Apache-2.0
// References and iterators that are handled as they have to be.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct task_struct {
	int pid;
} __attribute__((preserve_access_index));

struct bpf_iter_num {
	__u64 hidden[1];
} __attribute__((aligned(8)));

extern struct task_struct *bpf_task_from_pid(int pid) __ksym;
extern void bpf_task_release(struct task_struct *task) __ksym;
extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym;
struct bpf_iter_task {
	__u64 hidden[3];
} __attribute__((aligned(8)));

extern int bpf_iter_task_new(struct bpf_iter_task *it, struct task_struct *task, unsigned int flags) __ksym;
extern struct task_struct *bpf_iter_task_next(struct bpf_iter_task *it) __ksym;
extern void bpf_iter_task_destroy(struct bpf_iter_task *it) __ksym;
extern void bpf_preempt_disable(void) __ksym;
extern void bpf_preempt_enable(void) __ksym;
extern struct task_struct *bpf_task_acquire(struct task_struct *task) __ksym;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;

__u64 seen;

SEC("tp_btf/sched_switch")
int releases_maybe(__u64 *ctx)
{
	struct task_struct *task = bpf_task_from_pid(1); /* from_pid */

	if (task)
		bpf_task_release(task);
	return 0;
}

SEC("tp_btf/sched_switch")
int forgets_task(__u64 *ctx)
{
	struct task_struct *task = bpf_task_from_pid(1);

	if (!task)
		return 0;
	seen += task->pid;
	bpf_task_release(task);
	return 0;
}

SEC("tp_btf/sched_switch")
int leaves_iterator(__u64 *ctx)
{
	struct bpf_iter_num numbers;
	int *number;

	bpf_iter_num_new(&numbers, 0, 10); /* begun */
	while ((number = bpf_iter_num_next(&numbers))) {
		if (*number == 5)
			break;
	}
	bpf_iter_num_destroy(&numbers);
	return 0;
}

SEC("tp_btf/sched_switch")
int skips_new(__u64 *ctx)
{
	struct bpf_iter_num numbers;
	int *number;

	bpf_iter_num_new(&numbers, 0, 10);
	number = bpf_iter_num_next(&numbers);
	if (number)
		seen += *number;
	bpf_iter_num_destroy(&numbers);
	return 0;
}

SEC("tp_btf/sched_switch")
int gives_away(__u64 *ctx)
{
	struct task_struct *task = bpf_task_acquire((void *)ctx[1]); /* acquired */

	if (task)
		bpf_task_release(task);
	return 0;
}

SEC("uprobe.s")
int iterates(void *ctx)
{
	struct bpf_iter_task tasks;
	struct task_struct *task;

	bpf_rcu_read_lock(); /* rcu */
	bpf_iter_task_new(&tasks, (void *)0, 0);
	while ((task = bpf_iter_task_next(&tasks)))
		seen += task->pid;
	bpf_iter_task_destroy(&tasks);
	bpf_rcu_read_unlock();
	return 0;
}

SEC("tc")
int stays_off(void *ctx)
{
	bpf_preempt_disable(); /* turned_off */
	seen++;
	bpf_preempt_enable();
	return 0;
}

SEC("tp_btf/sched_switch")
int renews(__u64 *ctx)
{
	struct bpf_iter_num numbers;

	bpf_iter_num_new(&numbers, 0, 3);
	bpf_iter_num_next(&numbers);
	bpf_iter_num_destroy(&numbers);
	bpf_iter_num_new(&numbers, 0, 5);
	bpf_iter_num_destroy(&numbers);
	return 0;
}

SEC("tp_btf/sched_switch")
int packs(__u64 *ctx)
{
	struct bpf_iter_num numbers;

	bpf_iter_num_new(&numbers, 0, 3);
	bpf_iter_num_destroy(&numbers);
	return 0;
}
