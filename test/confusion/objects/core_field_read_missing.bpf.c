// SPDX-License-Identifier: Apache-2.0
// A field that no kernel has, read by a helper: the compiler takes its place at the start of the function.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct task_struct {
	int bpfcompat_no_such_field;
} __attribute__((preserve_access_index));

SEC("raw_tp/sched_process_exit")
int probe(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (void *)ctx->args[0];

	return BPF_CORE_READ(task, bpfcompat_no_such_field); /* here */
}
