// SPDX-License-Identifier: Apache-2.0
// The same with places that take probes.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__u64 seen;

SEC("kprobe/vfs_read")
int amid_instruction(void *ctx)
{
	return 0;
}

SEC("kretprobe/vfs_read")
int amid_function(void *ctx)
{
	return 0;
}

SEC("tp/sched/sched_switch")
int no_category(void *ctx)
{
	return 0;
}

SEC("ksyscall/openat")
int prefixed(void *ctx)
{
	return 0;
}

SEC("raw_tp/sched_switch")
int four_arguments(__u64 *ctx)
{
	seen += ctx[2];
	return 0;
}
