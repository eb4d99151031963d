// SPDX-License-Identifier: Apache-2.0
// Structures that the loader does not place: their members are where this file has them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

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
	char state[65536];
	int pid;
};

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
