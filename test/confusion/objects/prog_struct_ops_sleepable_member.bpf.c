// SPDX-License-Identifier: Apache-2.0
// A member of a scheduler that must not sleep, as a sleepable program.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct task_struct;

struct sched_ext_ops {
	void (*tick)(struct task_struct *task);
	char name[128];
};

SEC("struct_ops.s/tick")
void on_tick(void *ctx)
{
}

SEC(".struct_ops")
struct sched_ext_ops ticking = { .tick = (void *)on_tick, .name = "ticking" };
