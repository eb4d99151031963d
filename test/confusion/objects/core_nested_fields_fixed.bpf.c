// SPDX-License-Identifier: Apache-2.0
// The same where they are.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct thread_info {
	unsigned int cpu;
} __attribute__((preserve_access_index));

struct task_struct {
	unsigned int cpu;
} __attribute__((preserve_access_index));

struct task_struct___newer {
	struct thread_info thread_info;
} __attribute__((preserve_access_index));

struct hlist_node {
	struct hlist_node *next;
} __attribute__((preserve_access_index));

struct dentry {
	union {
		struct hlist_node d_alias;
	} d_u;
} __attribute__((preserve_access_index));

struct dentry___newer {
	struct hlist_node d_alias;
} __attribute__((preserve_access_index));

__u64 seen;

SEC("raw_tp/sys_enter")
int runs_on(__u64 *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct task_struct___newer *newer = (void *)task;

	if (bpf_core_field_exists(task->cpu))
		seen += BPF_CORE_READ(task, cpu);
	else
		seen += BPF_CORE_READ(newer, thread_info.cpu);
	return 0;
}

SEC("raw_tp/sys_enter")
int next_name(__u64 *ctx)
{
	struct dentry *at = (void *)ctx[1];
	struct dentry___newer *newer = (void *)at;

	if (bpf_core_field_exists(at->d_u.d_alias))
		seen += (long)BPF_CORE_READ(at, d_u.d_alias.next);
	else
		seen += (long)BPF_CORE_READ(newer, d_alias.next);
	return 0;
}
