// SPDX-License-Identifier: Apache-2.0
// Queues as inner maps, described in the object.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct queue {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 16);
	__type(value, __u64);
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 8);
	__type(key, __u32);
	__array(values, struct queue);
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
	bpf_map_push_elem(queue, &now, 0);
	return 0;
}
