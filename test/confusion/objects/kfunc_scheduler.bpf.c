// SPDX-License-Identifier: Apache-2.0
// A function of schedulers: too new for old kernels, and left out of Debian's 6.12.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct task_struct;

extern void scx_bpf_kick_cpu(__s32 cpu, __u64 flags) __ksym;

struct sched_ext_ops {
	void (*tick)(struct task_struct *task);
	char name[128];
};

SEC("struct_ops/tick")
void on_tick(void *ctx)
{
	scx_bpf_kick_cpu(0, 0); /* here */
}

SEC(".struct_ops")
struct sched_ext_ops kicking = { .tick = (void *)on_tick, .name = "kicking" };
