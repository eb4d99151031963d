// SPDX-License-Identifier: Apache-2.0
// The same as the macros for this architecture read it.
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

__u64 seen;

SEC("kprobe/vfs_read")
int probe(struct pt_regs *ctx)
{
	seen += PT_REGS_PARM1(ctx);
	return 0;
}
