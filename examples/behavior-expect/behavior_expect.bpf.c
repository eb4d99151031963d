// SPDX-License-Identifier: Apache-2.0
// Shows what can be expected without a shell: a counter that grows while the kernel works, records of a ring buffer, a
// line in trace_pipe, and a packet program that is run on a given packet. Needs Linux 5.8 for the ring buffer.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} switches SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u32);
} packets_by_action SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

__u64 marked_packets;

SEC("tracepoint/sched/sched_switch")
int count_switch(void *ctx)
{
	static const char word[8] = "switch";
	__u32 key = 0;
	__u64 *count = bpf_map_lookup_elem(&switches, &key);

	if (count)
		(*count)++;
	bpf_ringbuf_output(&events, (void *)word, sizeof(word), 0);
	bpf_printk("behavior-expect: a task was switched");
	return 0;
}

SEC("xdp")
int drop_marked(struct xdp_md *ctx)
{
	unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 action = XDP_PASS, one = 1, *count;

	if (data + 14 > end)
		return XDP_ABORTED;
	if (data[0] == 0xff)
		action = XDP_DROP;
	marked_packets += action == XDP_DROP;
	/* The packet that goes on carries a mark in its first byte. */
	data[0] = 0x42;
	count = bpf_map_lookup_elem(&packets_by_action, &action);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&packets_by_action, &action, &one, BPF_ANY);
	return action;
}

char LICENSE[] SEC("license") = "GPL";
