// SPDX-License-Identifier: Apache-2.0
// An index that is 0 to 7 and not 7: verifiers before 6.8 do not conclude that it is at most 6.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__uint(value_size, 7);
} table SEC(".maps");

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	__u32 key = 0;
	__u64 index = bpf_get_prandom_u32() & 7;
	unsigned char *value = bpf_map_lookup_elem(&table, &key);

	if (!value || index == 7)
		return 0;
	return value[index]; /* here */
}
