// SPDX-License-Identifier: Apache-2.0
// Two fields, of which no kernel has the second: the compiler takes its place within the statement that reads the first.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct task_struct {
	int pid;
	long bpfcompat_no_such_field;
} __attribute__((preserve_access_index));

long last;

SEC("raw_tp/sched_process_exit")
int probe(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (void *)ctx->args[0];

	last = BPF_CORE_READ(task, pid);
	last += BPF_CORE_READ(task, bpfcompat_no_such_field); /* here */
	return 0;
}
