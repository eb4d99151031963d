// SPDX-License-Identifier: Apache-2.0
// The kernel's field is signed and shorter than the one of the program: no load fits both.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct task_struct {
	unsigned long long pid;
} __attribute__((preserve_access_index));

SEC("tp_btf/sched_process_exit")
int probe(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];

	return task->pid == 1; /* here */
}
