// SPDX-License-Identifier: Apache-2.0
// As tail_call_callback: the program itself makes it behind the loop.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} steps SEC(".maps");

struct state {
	struct __sk_buff *skb;
	__u64 found;
};

static long jumps(__u32 index, void *context)
{
	struct state *state = context;

	state->found = index;
	return 1;
}

SEC("tc")
int probe(struct __sk_buff *skb)
{
	struct state state = {.skb = skb};

	bpf_loop(4, jumps, &state, 0); /* probe */
	bpf_tail_call(skb, &steps, state.found & 1);
	return 0;
}
