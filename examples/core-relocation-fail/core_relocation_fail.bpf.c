// SPDX-License-Identifier: Apache-2.0
// Reads a field of a structure that no kernel has: the CO-RE relocation cannot be resolved on any of them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct bpfcompat_no_such_structure {
	int no_such_field;
} __attribute__((preserve_access_index));

SEC("tracepoint/syscalls/sys_enter_execve")
int handle_exec(void *ctx)
{
	struct bpfcompat_no_such_structure *nothing = ctx;

	return BPF_CORE_READ(nothing, no_such_field) == 42;
}

char LICENSE[] SEC("license") = "GPL";
