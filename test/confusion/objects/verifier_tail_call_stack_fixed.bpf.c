// SPDX-License-Identifier: Apache-2.0
// The same tail call from the program itself, with what it needs in a map.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__uint(key_size, 4);
	__uint(value_size, 4);
} steps SEC(".maps");

SEC("tc")
int probe(struct __sk_buff *skb)
{
	char text[280] = {};

	asm volatile("" :: "r"(text) : "memory");
	bpf_tail_call(skb, &steps, 1);
	return text[4];
}
