// SPDX-License-Identifier: Apache-2.0
// Arguments of a system call that are looked for at its end.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct trace_event_raw_sys_enter {
	long id;
	unsigned long args[6];
} __attribute__((preserve_access_index));

__u64 seen;

SEC("tracepoint/syscalls/sys_exit_munmap")
int unmapped(struct trace_event_raw_sys_enter *ctx)
{
	seen += ctx->args[1]; /* here */
	return 0;
}
