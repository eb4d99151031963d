// SPDX-License-Identifier: Apache-2.0
// The smallest useful object: one tracepoint program that does nothing. It loads and attaches everywhere.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tracepoint/syscalls/sys_enter_execve")
int handle_exec(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
