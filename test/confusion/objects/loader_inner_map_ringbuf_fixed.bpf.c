// SPDX-License-Identifier: Apache-2.0
// A ring buffer for each processor, described in the object.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct buffer {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 8);
	__type(key, __u32);
	__array(values, struct buffer);
} buffers SEC(".maps");

SEC("tp/sched/sched_process_exec")
int probe(void *ctx)
{
	__u32 cpu = bpf_get_smp_processor_id();
	__u64 now = bpf_ktime_get_ns();
	void *buffer;

	buffer = bpf_map_lookup_elem(&buffers, &cpu);
	if (!buffer)
		return 0;
	bpf_ringbuf_output(buffer, &now, sizeof(now), 0);
	return 0;
}
