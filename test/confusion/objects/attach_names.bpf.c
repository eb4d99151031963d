// SPDX-License-Identifier: Apache-2.0
// Sections with names that are written in another way here.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter_openat")
int raw_syscall(void *ctx)
{
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_stat")
int old_stat(void *ctx)
{
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_umount2")
int umounts(void *ctx)
{
	return 0;
}

SEC("kprobe/blk_account_io_start")
int starts_io(void *ctx)
{
	return 0;
}

SEC("kprobe/finish_task_switch")
int switches(void *ctx)
{
	return 0;
}

SEC("kprobe/account_page_dirtied")
int dirties(void *ctx)
{
	return 0;
}

SEC("kprobe/tcp_v4_connect.isra.0")
int suffixed(void *ctx)
{
	return 0;
}

SEC("raw_tp/sched:sched_switch")
int with_category(void *ctx)
{
	return 0;
}

SEC("tracepoint/syscalls:sys_enter_openat")
int with_colon(void *ctx)
{
	return 0;
}

SEC("ksyscall/openat4")
int no_syscall(void *ctx)
{
	return 0;
}

SEC("kprobe/__page_cache_alloc")
int allocates(void *ctx)
{
	return 0;
}
