// SPDX-License-Identifier: Apache-2.0
// Writes to the kernel through an argument.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct task_struct {
	int pid;
} __attribute__((preserve_access_index));

SEC("tp_btf/sched_process_exit")
int probe(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];

	task->pid = 1; /* here */
	return 0;
}
