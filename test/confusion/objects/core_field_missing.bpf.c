// SPDX-License-Identifier: Apache-2.0
// A field that no kernel has.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct task_struct {
	int bpfcompat_no_such_field;
} __attribute__((preserve_access_index));

SEC("tp_btf/sched_process_exit")
int probe(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];

	return task->bpfcompat_no_such_field; /* here */
}
