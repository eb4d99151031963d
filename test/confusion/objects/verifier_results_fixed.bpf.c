// SPDX-License-Identifier: Apache-2.0
// The same with values that every kernel takes.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/vfs_read")
int traces(void *ctx)
{
	return 0;
}

SEC("cgroup/connect4")
int connects(void *ctx)
{
	return 0;
}

SEC("cgroup_skb/egress")
int lets_through(void *ctx)
{
	return 0;
}

SEC("lsm/file_open")
int opens(void *ctx)
{
	return 0;
}
