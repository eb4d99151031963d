// SPDX-License-Identifier: Apache-2.0
// As attach_usdt_maps: the header is there, and the loader is to say what they are attached to.
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/usdt.bpf.h>

char LICENSE[] SEC("license") = "GPL";

SEC("usdt")
int no_maps(struct pt_regs *ctx)
{
	return bpf_usdt_arg_cnt(ctx) < 0;
}

SEC("uprobe")
int with_offset(void *ctx)
{
	return 0;
}

SEC("usdt")
int no_name(struct pt_regs *ctx)
{
	return 0;
}
