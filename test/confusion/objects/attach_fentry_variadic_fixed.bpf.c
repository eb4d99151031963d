// SPDX-License-Identifier: Apache-2.0
// The same by a kprobe, and a hook that does not sleep.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/seq_printf")
int probe(void *ctx)
{
	return 0;
}

SEC("fentry/security_task_free")
int sleeps(void *ctx)
{
	return 0;
}

SEC("kretprobe/current_time")
int returns_time(void *ctx)
{
	return 0;
}
