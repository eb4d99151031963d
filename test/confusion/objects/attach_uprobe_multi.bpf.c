// SPDX-License-Identifier: Apache-2.0
// Many functions of a file with one link: upstream since 6.6.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("uprobe.multi")
int probe(void *ctx)
{
	return 0;
}
