// SPDX-License-Identifier: Apache-2.0
// Callbacks that do what they may not.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct bpf_map;

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

struct due {
	__u64 count;
	struct bpf_timer timer;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct due);
} jobs SEC(".maps"), others SEC(".maps");

__u64 seen;

static long skips(struct bpf_map *map, __u32 *key, __u64 *value, void *data)
{
	seen += *value;
	return 2; /* visits */
}

SEC("tc")
int visits(struct __sk_buff *skb)
{
	bpf_for_each_map_elem(&counts, skips, 0, 0); /* calls_visits */
	return 0;
}

static long writes_key(struct bpf_map *map, __u32 *key, __u64 *value, void *data)
{
	*key = 1; /* renames */
	return 0;
}

SEC("tc")
int renames(struct __sk_buff *skb)
{
	bpf_for_each_map_elem(&counts, writes_key, 0, 0); /* calls_renames */
	return 0;
}

SEC("tc")
int other_map(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct due *job = bpf_map_lookup_elem(&jobs, &key);

	if (job)
		bpf_timer_init(&job->timer, &others, 1); /* other_map */
	return 0;
}

SEC("tc")
int timer_elsewhere(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct due *job = bpf_map_lookup_elem(&jobs, &key);

	if (job)
		bpf_timer_init((void *)&job->count, &jobs, 1); /* timer_elsewhere */
	return 0;
}

__attribute__((noinline)) int adds_up(__u32 index, __u64 *sum)
{
	seen += index;
	return 0;
}

SEC("tc")
int repeats(struct __sk_buff *skb)
{
	bpf_loop(10, adds_up, 0, 0); /* calls_repeats */
	return 0;
}
