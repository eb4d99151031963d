// SPDX-License-Identifier: Apache-2.0
// A program array that libbpf fills: one of its programs is too new for old kernels, and that is the only cause.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__u64 last;

SEC("tc")
int clock_step(struct __sk_buff *skb)
{
	last = bpf_ktime_get_tai_ns(); /* here */
	return 0;
}

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, 4);
	__array(values, int(void *));
} steps SEC(".maps") = { .values = { (void *)&clock_step } };

SEC("tc")
int entry(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &steps, 0);
	return 0;
}
