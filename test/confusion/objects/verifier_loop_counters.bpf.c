// SPDX-License-Identifier: Apache-2.0
// Loops that end, and count where the verifier does not follow the number.
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
	for (__u32 i = 0; i < 64; i++) { /* looks_up */
		__u64 *value = bpf_map_lookup_elem(&slots, &i);

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

	for (__u32 i = 0; i < 8; i++) { /* compares */
		pair[0] = bpf_map_lookup_elem(&slots, &none);
		pair[1] = bpf_map_lookup_elem(&slots, &i);
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

	for (__u64 i = 0; i < 64; i++) /* updates */
		bpf_map_update_elem(&numbers, &i, &one, 0);
	return 0;
}

SEC("raw_tp/sys_enter")
int half(void *ctx)
{
	for (volatile __u32 i = 0; i < 64; i++) /* half */
		total += bpf_ktime_get_ns();
	return 0;
}
