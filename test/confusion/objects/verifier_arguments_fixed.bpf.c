// SPDX-License-Identifier: Apache-2.0
// The arguments where each kernel has them, chosen by its version: what is for other kernels is dead code here.
#include <linux/bpf.h>
#include <linux/version.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern int LINUX_KERNEL_VERSION __kconfig;

struct inode {
	__u64 i_ino;
} __attribute__((preserve_access_index));

struct dentry {
	struct inode *d_inode;
} __attribute__((preserve_access_index));

struct request {
	__u32 cmd_flags;
} __attribute__((preserve_access_index));

__u64 seen;

SEC("lsm/inode_setattr")
int sets_attributes(__u64 *ctx)
{
	struct dentry *first = (void *)ctx[0], *second = (void *)ctx[1], *dentry;
	struct inode *inode;

	barrier_var(first);
	barrier_var(second);
	dentry = LINUX_KERNEL_VERSION >= KERNEL_VERSION(6, 9, 0) ? second : first;
	inode = dentry->d_inode;
	if (inode)
		seen += inode->i_ino;
	return 0;
}

SEC("fentry/vfs_unlink")
int unlinks(__u64 *ctx)
{
	struct dentry *dentry;

	/* Not the third value where there is none: the barrier keeps the two reads apart. */
	if (LINUX_KERNEL_VERSION >= KERNEL_VERSION(5, 12, 0)) {
		dentry = (void *)ctx[2];
		barrier_var(dentry);
	} else {
		dentry = (void *)ctx[1];
	}
	seen += dentry->d_inode->i_ino;
	return 0;
}

SEC("tp_btf/block_rq_issue")
int issues(__u64 *ctx)
{
	struct request *request = (void *)ctx[0];

	seen += request->cmd_flags;
	return 0;
}
