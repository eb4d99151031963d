// SPDX-License-Identifier: Apache-2.0
// The same within the limit: upstream since 6.12, in Debian from its 6.16 on.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct sched_ext_ops {
	void (*exit)(void *info);
	__u32 timeout_ms;
	char name[128];
};

SEC("struct_ops/exit")
void on_exit(void *ctx)
{
}

SEC(".struct_ops")
struct sched_ext_ops first_come = { .exit = (void *)on_exit, .timeout_ms = 30000, .name = "first_come" };
