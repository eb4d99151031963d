// SPDX-License-Identifier: Apache-2.0
// As loader_section_underscore: with a slash.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/vfs_read")
int probe(void *ctx)
{
	return 0;
}
