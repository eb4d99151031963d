// SPDX-License-Identifier: Apache-2.0
// Functions and hooks that are looked up in the kernel's types, with names that are written in another way there.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/sys_openat")
int plain_syscall(void *ctx)
{
	return 0;
}

SEC("lsm/security_file_open")
int with_prefix(void *ctx)
{
	return 0;
}

SEC("tp_btf/sys_enter_openat")
int typed_syscall(void *ctx)
{
	return 0;
}

SEC("iter/bpf_task")
int every_task(void *ctx)
{
	return 0;
}

SEC("tp_btf/sched/sched_switch")
int with_category(void *ctx)
{
	return 0;
}
