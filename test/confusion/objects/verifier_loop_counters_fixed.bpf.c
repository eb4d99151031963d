// SPDX-License-Identifier: Apache-2.0
// The same loops with the counter in a register, or in eight bytes that no address is taken of.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u64);
	__type(value, __u64);
} numbers SEC(".maps");

__u64 total;

SEC("raw_tp/sys_enter")
int looks_up(void *ctx)
{
	for (__u32 i = 0; i < 64; i++) {
		__u32 key = i;
		__u64 *value = bpf_map_lookup_elem(&slots, &key);

		if (!value)
			break;
		total += *value;
	}
	return 0;
}

SEC("raw_tp/sys_enter")
int compares(void *ctx)
{
	char *pair[2];
	__u32 none = 0;

	for (__u32 i = 0; i < 8; i++) {
		__u32 key = i;

		pair[0] = bpf_map_lookup_elem(&slots, &none);
		pair[1] = bpf_map_lookup_elem(&slots, &key);
		if (!pair[0] || !pair[1])
			return 0;
		for (int k = 0; k < 8; k++)
			if (pair[0][k] != pair[1][k])
				total++;
	}
	return 0;
}

SEC("raw_tp/sys_enter")
int updates(void *ctx)
{
	__u64 one = 1;

	for (__u64 i = 0; i < 64; i++) {
		__u64 key = i;

		bpf_map_update_elem(&numbers, &key, &one, 0);
	}
	return 0;
}

SEC("raw_tp/sys_enter")
int half(void *ctx)
{
	for (volatile __u64 i = 0; i < 64; i++)
		total += bpf_ktime_get_ns();
	return 0;
}
