// SPDX-License-Identifier: Apache-2.0
// bpf_copy_from_user_str, upstream since 6.12, may sleep; this program may not.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern int bpf_copy_from_user_str(void *to, __u32 to__sz, const void *from, __u64 flags) __ksym;

SEC("fentry/vfs_read")
int probe(void *ctx)
{
	char text[8];

	return bpf_copy_from_user_str(text, sizeof(text), (void *)4096, 0); /* here */
}
