// SPDX-License-Identifier: Apache-2.0
// A question about one element of an array.
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct task_struct {
	char comm[16];
} __attribute__((preserve_access_index));

int bytes;

SEC("tp_btf/sched_switch")
int BPF_PROG(probe, _Bool preempt, struct task_struct *task)
{
	bytes = __builtin_preserve_field_info(task->comm[1], BPF_FIELD_SIGNED); /* here */
	return 0;
}
