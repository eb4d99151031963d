// SPDX-License-Identifier: Apache-2.0
// A kprobe sends a packet with its record.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct registers {
	unsigned long others[14];
	unsigned long di;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(int));
	__uint(value_size, sizeof(int));
} events SEC(".maps");

SEC("kprobe/ip_rcv")
int probe(struct registers *ctx)
{
	long record = 1;

	bpf_skb_output((void *)ctx->di, &events, BPF_F_CURRENT_CPU, &record, sizeof(record)); /* here */
	return 0;
}
