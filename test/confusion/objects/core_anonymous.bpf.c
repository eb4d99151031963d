// SPDX-License-Identifier: Apache-2.0
// A structure without a name, read as a type of the kernel.
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__u32 seen;

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	struct {
		int pid;
	} __attribute__((preserve_access_index)) *task = (void *)bpf_get_current_task();
	int pid = 0;

	bpf_core_read(&pid, sizeof(pid), &task->pid);
	seen = pid;
	return 0;
}
