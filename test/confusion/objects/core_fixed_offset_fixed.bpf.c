// SPDX-License-Identifier: Apache-2.0
// As core_fixed_offset: the loader places the members.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct super_block {
	unsigned long s_magic;
};

struct inode {
	unsigned int i_mode;
	struct super_block *i_sb;
};

struct file {
	struct inode *f_inode;
};

struct task_struct {
	int pid;
};
#pragma clang attribute pop

__u64 seen;

SEC("fentry/security_file_open")
int opens(__u64 *ctx)
{
	struct file *file = (void *)ctx[0];

	seen = file->f_inode->i_sb->s_magic; /* opens */
	return 0;
}

SEC("tp_btf/sched_process_exit")
int exits(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];

	seen = task->pid; /* exits */
	return 0;
}
