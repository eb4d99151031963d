// SPDX-License-Identifier: Apache-2.0
// A scheduler makes a queue of its own where the function can be called as it is declared.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

extern int scx_bpf_create_dsq(__u64 id, int node) __ksym __weak;

struct sched_ext_ops {
	int (*init)(void);
	char name[128];
};

SEC("struct_ops.s/probe")
int BPF_PROG(probe)
{
	if (scx_bpf_create_dsq)
		return scx_bpf_create_dsq(501, -1);
	return 0;
}

SEC(".struct_ops.link")
struct sched_ext_ops own_queue = { .init = (void *)probe, .name = "own_queue" };
