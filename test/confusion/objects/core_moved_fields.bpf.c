// SPDX-License-Identifier: Apache-2.0
// Fields that moved: what each kernel lacks of them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct iov_iter {
	void *iov;
	__u8 type;
} __attribute__((preserve_access_index));

struct request {
	void *rq_disk;
} __attribute__((preserve_access_index));

struct bio {
	void *bi_disk;
} __attribute__((preserve_access_index));

struct module_layout {
	void *base;
} __attribute__((preserve_access_index));

struct module {
	struct module_layout core_layout;
} __attribute__((preserve_access_index));

struct timespec64 {
	long tv_sec;
} __attribute__((preserve_access_index));

struct inode {
	struct timespec64 i_ctime;
} __attribute__((preserve_access_index));

struct page {
	void *slab_cache;
} __attribute__((preserve_access_index));

struct dentry {
	char d_iname[32];
} __attribute__((preserve_access_index));

__u64 seen;

SEC("raw_tp/sys_enter")
int vectors(__u64 *ctx)
{
	struct iov_iter *at = (void *)ctx[1];

	seen += (long)BPF_CORE_READ(at, iov); /* vectors */
	return 0;
}

SEC("raw_tp/sys_enter")
int disk(__u64 *ctx)
{
	struct request *at = (void *)ctx[1];

	seen += (long)BPF_CORE_READ(at, rq_disk); /* disk */
	return 0;
}

SEC("raw_tp/sys_enter")
int block(__u64 *ctx)
{
	struct bio *at = (void *)ctx[1];

	seen += (long)BPF_CORE_READ(at, bi_disk); /* block */
	return 0;
}

SEC("raw_tp/sys_enter")
int layout(__u64 *ctx)
{
	struct module *at = (void *)ctx[1];

	seen += (long)BPF_CORE_READ(at, core_layout.base); /* layout */
	return 0;
}

SEC("raw_tp/sys_enter")
int changed(__u64 *ctx)
{
	struct inode *at = (void *)ctx[1];

	seen += (long)BPF_CORE_READ(at, i_ctime.tv_sec); /* changed */
	return 0;
}

SEC("raw_tp/sys_enter")
int cache(__u64 *ctx)
{
	struct page *at = (void *)ctx[1];

	seen += (long)BPF_CORE_READ(at, slab_cache); /* cache */
	return 0;
}

SEC("raw_tp/sys_enter")
int kind(__u64 *ctx)
{
	struct iov_iter *at = (void *)ctx[1];

	seen += (long)BPF_CORE_READ(at, type); /* kind */
	return 0;
}

SEC("raw_tp/sys_enter")
int name(__u64 *ctx)
{
	struct dentry *at = (void *)ctx[1];

	seen += (long)BPF_CORE_READ(at, d_iname[2]); /* name */
	return 0;
}
