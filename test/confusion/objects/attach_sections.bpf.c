// SPDX-License-Identifier: Apache-2.0
// Sections that name a place which no probe can be put at.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__u64 seen;

SEC("kprobe/vfs_read+0x3")
int amid_instruction(void *ctx)
{
	return 0;
}

SEC("kretprobe/vfs_read+0x4")
int amid_function(void *ctx)
{
	return 0;
}

SEC("tp/sched_switch")
int no_category(void *ctx)
{
	return 0;
}

SEC("ksyscall/__x64_sys_openat")
int prefixed(void *ctx)
{
	return 0;
}

SEC("raw_tp/sched_switch")
int four_arguments(__u64 *ctx)
{
	seen += ctx[3];
	return 0;
}
