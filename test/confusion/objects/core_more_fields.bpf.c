// SPDX-License-Identifier: Apache-2.0
// Fields that newer kernels have under other names or in another shape.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct kernfs_node {
	struct kernfs_node *parent;
} __attribute__((preserve_access_index));

struct mm_rss_stat {
	struct {
		long counter;
	} count[4];
} __attribute__((preserve_access_index));

struct mm_struct {
	struct mm_rss_stat rss_stat;
} __attribute__((preserve_access_index));

struct fd {
	struct file *file;
	unsigned int flags;
} __attribute__((preserve_access_index));

struct kernel_cap_struct {
	__u32 cap[2];
} __attribute__((preserve_access_index));

struct cred {
	struct kernel_cap_struct cap_effective;
} __attribute__((preserve_access_index));

struct tty_driver {
	short type;
} __attribute__((preserve_access_index));


__u64 seen;

#define READ(name, type, field) \
	SEC("raw_tp/sys_enter") \
	int name(void *ctx) \
	{ \
		struct type *place = (void *)bpf_get_current_task(); \
\
		bpf_core_read(&seen, sizeof(place->field), &place->field); \
		return 0; \
	}

READ(parent, kernfs_node, parent) /* parent */
READ(pages, mm_struct, rss_stat.count[1].counter) /* pages */
READ(opened, fd, file) /* opened */
READ(may, cred, cap_effective.cap[0]) /* may */
READ(terminal, tty_driver, type) /* terminal */
