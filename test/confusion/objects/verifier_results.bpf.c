// SPDX-License-Identifier: Apache-2.0
// Return values that hooks do not take: newer kernels look at more hooks.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/vfs_read")
int traces(void *ctx)
{
	return 1; /* traces */
}

SEC("cgroup/connect4")
int connects(void *ctx)
{
	return -1; /* connects */
}

SEC("cgroup_skb/egress")
int lets_through(void *ctx)
{
	return 9; /* lets_through */
}

SEC("lsm/file_open")
int opens(void *ctx)
{
	return 1; /* opens */
}
