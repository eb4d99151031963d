// SPDX-License-Identifier: Apache-2.0
// The same as an ordinary program.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct task_struct;

struct sched_ext_ops {
	void (*tick)(struct task_struct *task);
	char name[128];
};

SEC("struct_ops/tick")
void on_tick(void *ctx)
{
}

SEC(".struct_ops")
struct sched_ext_ops ticking = { .tick = (void *)on_tick, .name = "ticking" };
