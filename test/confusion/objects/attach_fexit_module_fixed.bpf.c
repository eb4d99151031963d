// SPDX-License-Identifier: Apache-2.0
// The function that the module has, by a probe: modules have no types before 5.11.
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

__u64 seen;

SEC("kretprobe/__nf_conntrack_confirm")
int outer(struct pt_regs *ctx)
{
	seen += PT_REGS_RC(ctx);
	return 0;
}
