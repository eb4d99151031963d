// SPDX-License-Identifier: Apache-2.0
// As helper_skb_output: an fentry program does.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(int));
	__uint(value_size, sizeof(int));
} events SEC(".maps");

SEC("fentry/ip_rcv")
int probe(__u64 *ctx)
{
	long record = 1;

	bpf_skb_output((void *)ctx[0], &events, BPF_F_CURRENT_CPU, &record, sizeof(record)); /* here */
	return 0;
}
