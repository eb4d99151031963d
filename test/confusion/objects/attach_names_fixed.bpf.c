// SPDX-License-Identifier: Apache-2.0
// The same places under the names that they have.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int raw_syscall(void *ctx)
{
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_newstat")
int old_stat(void *ctx)
{
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_umount")
int umounts(void *ctx)
{
	return 0;
}

SEC("tracepoint/block/block_rq_issue")
int starts_io(void *ctx)
{
	return 0;
}

SEC("tracepoint/sched/sched_switch")
int switches(void *ctx)
{
	return 0;
}

SEC("kprobe/mark_buffer_dirty")
int dirties(void *ctx)
{
	return 0;
}

SEC("kprobe/tcp_v4_connect")
int suffixed(void *ctx)
{
	return 0;
}

SEC("raw_tp/sched_switch")
int with_category(void *ctx)
{
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_openat")
int with_colon(void *ctx)
{
	return 0;
}

SEC("ksyscall/openat")
int no_syscall(void *ctx)
{
	return 0;
}

SEC("kprobe/vfs_read")
int allocates(void *ctx)
{
	return 0;
}
