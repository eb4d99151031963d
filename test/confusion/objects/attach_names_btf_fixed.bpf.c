// SPDX-License-Identifier: Apache-2.0
// The same functions and hooks under the names that they have.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/__x64_sys_openat")
int plain_syscall(void *ctx)
{
	return 0;
}

SEC("lsm/file_open")
int with_prefix(void *ctx)
{
	return 0;
}

SEC("tp_btf/sys_enter")
int typed_syscall(void *ctx)
{
	return 0;
}

SEC("iter/task")
int every_task(void *ctx)
{
	return 0;
}

SEC("tp_btf/sched_switch")
int with_category(void *ctx)
{
	return 0;
}
