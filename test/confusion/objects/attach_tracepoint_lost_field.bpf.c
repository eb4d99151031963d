// SPDX-License-Identifier: Apache-2.0
// The record of a tracepoint by offsets of older kernels: its name became a string elsewhere, and the record shorter.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct freed {
	__u64 common;
	char comm[16];
	int pid;
	int prio;
};

int last;

SEC("tracepoint/sched/sched_process_free")
int probe(struct freed *ctx)
{
	last = ctx->pid; /* here */
	return 0;
}
