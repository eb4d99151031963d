// SPDX-License-Identifier: Apache-2.0
// A map in the way of libbpf before 1.0.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct map_definition {
	unsigned int type, key_size, value_size, max_entries, map_flags;
};

struct map_definition old_style SEC("maps") = { BPF_MAP_TYPE_HASH, 4, 8, 16, 0 };

SEC("raw_tp/sys_enter")
int count(void *ctx)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&old_style, &key) != 0;
}
