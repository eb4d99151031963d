// SPDX-License-Identifier: Apache-2.0
// A function that takes any number of arguments.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/seq_printf")
int probe(void *ctx)
{
	return 0;
}

SEC("lsm.s/task_free")
int sleeps(void *ctx)
{
	return 0;
}

SEC("fexit/current_time")
int returns_time(void *ctx)
{
	return 0;
}
