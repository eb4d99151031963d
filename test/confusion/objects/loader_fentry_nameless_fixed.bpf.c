// SPDX-License-Identifier: Apache-2.0
// The function in the section.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/vfs_read")
int probe(void *ctx)
{
	return 0;
}
