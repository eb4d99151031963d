// SPDX-License-Identifier: Apache-2.0
// Counts file removals at the entry of do_unlinkat(), the function that many tutorials trace. Newer kernels do not have
// a function of that name any more, so this object shows what a real incompatibility looks like.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} removals SEC(".maps");

SEC("fentry/do_unlinkat")
int count_unlink(void *ctx)
{
	__u32 key = 0;
	__u64 *count = bpf_map_lookup_elem(&removals, &key);

	if (count)
		__sync_fetch_and_add(count, 1);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
