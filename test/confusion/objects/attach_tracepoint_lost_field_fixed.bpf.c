// SPDX-License-Identifier: Apache-2.0
// The same by the structure of the kernel's BTF.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct trace_event_raw_sched_process_template {
	int pid;
} __attribute__((preserve_access_index));

int last;

SEC("tracepoint/sched/sched_process_free")
int probe(struct trace_event_raw_sched_process_template *ctx)
{
	last = ctx->pid;
	return 0;
}
