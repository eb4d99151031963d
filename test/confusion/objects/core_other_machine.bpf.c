// SPDX-License-Identifier: Apache-2.0
// Registers of another architecture, as macros compiled for it read them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct user_pt_regs {
	__u64 regs[31];
} __attribute__((preserve_access_index));

__u64 seen;

SEC("kprobe/vfs_read")
int probe(void *ctx)
{
	struct user_pt_regs *regs = ctx;

	seen += BPF_CORE_READ(regs, regs[0]); /* here */
	return 0;
}
