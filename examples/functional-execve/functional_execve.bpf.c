// SPDX-License-Identifier: Apache-2.0
// Prints a marker per exec: its functional test runs a program in the guest and looks for the marker in the trace.
#define BPF_NO_GLOBAL_DATA // keeps the format string on the stack: no .rodata map, which kernels before 5.2 reject
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tracepoint/syscalls/sys_enter_execve")
int handle_exec(void *ctx)
{
	bpf_printk("bpfcompat_functional_execve\n");
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
