// SPDX-License-Identifier: Apache-2.0
// Gives an array where a perf event array is wanted.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} numbers SEC(".maps");

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	__u32 word = 0;

	return bpf_perf_event_output(ctx, &numbers, BPF_F_CURRENT_CPU, &word, sizeof(word)); /* here */
}
