// SPDX-License-Identifier: Apache-2.0
// A field that got another name with 5.14.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct task_struct {
	volatile long state;
} __attribute__((preserve_access_index));

SEC("tp_btf/sched_process_exit")
int probe(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];

	return task->state != 0; /* here */
}
