// SPDX-License-Identifier: Apache-2.0
// A timer in a map that is declared by sizes alone: the kernel cannot find it there.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct job {
	struct bpf_timer timer;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct job));
} jobs SEC(".maps");

SEC("tc")
int probe(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct job *job = bpf_map_lookup_elem(&jobs, &zero);

	if (job)
		bpf_timer_init(&job->timer, &jobs, 1); /* here */
	return 0;
}
