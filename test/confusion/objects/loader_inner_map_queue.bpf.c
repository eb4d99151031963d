// SPDX-License-Identifier: Apache-2.0
// The loader gives queues as inner maps: nothing in the object says so.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u32);
} queues SEC(".maps");

SEC("tp/sched/sched_process_exec")
int probe(void *ctx)
{
	__u32 tenant = 3;
	__u64 now = bpf_ktime_get_ns();
	void *queue;

	queue = bpf_map_lookup_elem(&queues, &tenant);
	if (!queue)
		return 0;
	bpf_map_push_elem(queue, &now, 0); /* here */
	return 0;
}
