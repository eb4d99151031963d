// SPDX-License-Identifier: Apache-2.0
// Arguments of a system call, kept from its beginning to its end.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct trace_event_raw_sys_enter {
	long id;
	unsigned long args[6];
} __attribute__((preserve_access_index));

struct trace_event_raw_sys_exit {
	long id;
	long ret;
} __attribute__((preserve_access_index));

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, __u64);
} lengths SEC(".maps");

__u64 seen;

SEC("tracepoint/syscalls/sys_enter_munmap")
int unmaps(struct trace_event_raw_sys_enter *ctx)
{
	__u64 thread = bpf_get_current_pid_tgid(), length = ctx->args[1];

	bpf_map_update_elem(&lengths, &thread, &length, BPF_ANY);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_munmap")
int unmapped(struct trace_event_raw_sys_exit *ctx)
{
	__u64 thread = bpf_get_current_pid_tgid();
	__u64 *length = bpf_map_lookup_elem(&lengths, &thread);

	if (length && ctx->ret == 0)
		seen += *length;
	bpf_map_delete_elem(&lengths, &thread);
	return 0;
}
