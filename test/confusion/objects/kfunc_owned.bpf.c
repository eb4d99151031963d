// SPDX-License-Identifier: Apache-2.0
// References and iterators of kernel functions that are not handled as they have to be.
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

__u64 seen;

SEC("tp_btf/sched_switch")
int releases_maybe(__u64 *ctx)
{
	struct task_struct *task = bpf_task_from_pid(1); /* from_pid */

	bpf_task_release(task); /* releases_maybe */
	return 0;
}

SEC("tp_btf/sched_switch")
int forgets_task(__u64 *ctx)
{
	struct task_struct *task = bpf_task_from_pid(1); /* task */

	if (task)
		seen += task->pid;
	return 0; /* forgets_task */
}

SEC("tp_btf/sched_switch")
int leaves_iterator(__u64 *ctx)
{
	struct bpf_iter_num numbers;
	int *number;

	bpf_iter_num_new(&numbers, 0, 10); /* begun */
	while ((number = bpf_iter_num_next(&numbers))) {
		if (*number == 5)
			return 0; /* leaves_iterator */
	}
	bpf_iter_num_destroy(&numbers);
	return 0;
}

SEC("tp_btf/sched_switch")
int skips_new(__u64 *ctx)
{
	struct bpf_iter_num numbers = {};
	int *number = bpf_iter_num_next(&numbers); /* skips_new */

	if (number)
		seen += *number;
	return 0;
}

SEC("tp_btf/sched_switch")
int gives_away(__u64 *ctx)
{
	bpf_task_release((void *)ctx[1]); /* gives_away */
	return 0;
}

SEC("uprobe.s")
int iterates(void *ctx)
{
	struct bpf_iter_task tasks;
	struct task_struct *task;

	bpf_iter_task_new(&tasks, (void *)0, 0); /* iterates */
	while ((task = bpf_iter_task_next(&tasks)))
		seen += task->pid;
	bpf_iter_task_destroy(&tasks);
	return 0;
}

SEC("tc")
int stays_off(void *ctx)
{
	bpf_preempt_disable(); /* turned_off */
	if (bpf_get_prandom_u32() & 1) /* stays_off */
		return 0;
	bpf_preempt_enable();
	return 0;
}

SEC("tc")
int turns_on(void *ctx)
{
	bpf_preempt_enable(); /* turns_on */
	return 0;
}

SEC("tp_btf/sched_switch")
int renews(__u64 *ctx)
{
	struct bpf_iter_num numbers;

	bpf_iter_num_new(&numbers, 0, 3);
	bpf_iter_num_next(&numbers);
	bpf_iter_num_new(&numbers, 0, 5); /* renews */
	bpf_iter_num_destroy(&numbers);
	return 0;
}

struct packed {
	__u32 before;
	char numbers[sizeof(struct bpf_iter_num)];
};

SEC("tp_btf/sched_switch")
int packs(__u64 *ctx)
{
	struct packed packed;

	bpf_iter_num_new((void *)packed.numbers, 0, 3); /* packs */
	bpf_iter_num_destroy((void *)packed.numbers);
	return 0;
}
