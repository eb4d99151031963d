// SPDX-License-Identifier: Apache-2.0
// The memory is copied.
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

char first;

SEC("fexit/__x64_sys_openat")
int probe(__u64 *arguments)
{
	struct pt_regs *registers = (void *)arguments[0];
	const char *name = (const char *)PT_REGS_PARM2(registers);

	char byte = 0;

	bpf_probe_read_user(&byte, sizeof(byte), name);
	first = byte;
	return 0;
}
