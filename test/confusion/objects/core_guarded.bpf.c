// SPDX-License-Identifier: Apache-2.0
// Both names of a field and one that no kernel has, each read only where it exists.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct task_struct {
	unsigned int __state;
	int bpfcompat_no_such_field;
} __attribute__((preserve_access_index));

struct task_struct___before_5_14 {
	volatile long state;
} __attribute__((preserve_access_index));

SEC("raw_tp/sched_process_exit")
int probe(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (void *)ctx->args[0];
	struct task_struct___before_5_14 *old = (void *)task;

	if (bpf_core_field_exists(task->bpfcompat_no_such_field))
		return BPF_CORE_READ(task, bpfcompat_no_such_field);
	if (bpf_core_field_exists(task->__state))
		return BPF_CORE_READ(task, __state) != 0;
	return BPF_CORE_READ(old, state) != 0;
}
