// SPDX-License-Identifier: Apache-2.0
// A function in which no program may sleep.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry.s/vfs_read")
int probe(void *ctx)
{
	return 0;
}
