// SPDX-License-Identifier: Apache-2.0
// A function of a module that is not loaded.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/xfs_iget")
int probe(void *ctx)
{
	return 0;
}
