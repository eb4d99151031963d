// SPDX-License-Identifier: Apache-2.0
// A tracepoint of a module that is not loaded.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tp/xfs/xfs_iget_hit")
int probe(void *ctx)
{
	return 0;
}
