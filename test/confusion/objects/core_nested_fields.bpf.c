// SPDX-License-Identifier: Apache-2.0
// Fields that went into a structure of the kernel, or out of one: no name changed.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct task_struct {
	unsigned int cpu;
} __attribute__((preserve_access_index));

struct hlist_node {
	struct hlist_node *next;
} __attribute__((preserve_access_index));

struct dentry {
	union {
		struct hlist_node d_alias;
	} d_u;
} __attribute__((preserve_access_index));

__u64 seen;

SEC("raw_tp/sys_enter")
int runs_on(__u64 *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	seen += BPF_CORE_READ(task, cpu); /* runs_on */
	return 0;
}

SEC("raw_tp/sys_enter")
int next_name(__u64 *ctx)
{
	struct dentry *at = (void *)ctx[1];

	seen += (long)BPF_CORE_READ(at, d_u.d_alias.next); /* next_name */
	return 0;
}
