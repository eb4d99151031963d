// SPDX-License-Identifier: Apache-2.0
// Arguments that stand at another place on other kernels, or are not there.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

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
	struct dentry *dentry = (void *)ctx[0];

	seen += dentry->d_inode->i_ino; /* sets_attributes */
	return 0;
}

SEC("fentry/vfs_unlink")
int unlinks(__u64 *ctx)
{
	struct dentry *dentry = (void *)ctx[1];

	seen += dentry->d_inode->i_ino; /* unlinks */
	return 0;
}

SEC("tp_btf/block_rq_issue")
int issues(__u64 *ctx)
{
	struct request *request = (void *)ctx[1]; /* issues */

	seen += request->cmd_flags;
	return 0;
}
