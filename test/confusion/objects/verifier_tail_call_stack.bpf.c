// SPDX-License-Identifier: Apache-2.0
// A tail call in a function that is called with too much on the stack.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__uint(key_size, 4);
	__uint(value_size, 4);
} steps SEC(".maps");

static __attribute__((noinline)) int next(struct __sk_buff *skb)
{
	char text[280] = {};

	asm volatile("" :: "r"(text) : "memory");
	bpf_tail_call(skb, &steps, 1);
	return text[3];
}

SEC("tc")
int probe(struct __sk_buff *skb)
{
	char text[280] = {};

	asm volatile("" :: "r"(text) : "memory");
	return next(skb) + text[4];
}
