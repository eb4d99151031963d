// SPDX-License-Identifier: Apache-2.0
// A tracepoint that no kernel has, in a category that all have.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tp/sched/bpfcompat_no_such_event")
int probe(void *ctx)
{
	return 0;
}
