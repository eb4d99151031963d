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
