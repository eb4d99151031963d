// SPDX-License-Identifier: Apache-2.0
// Sections with an underscore between type and target.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe_vfs_read")
int probe(void *ctx)
{
	return 0;
}
