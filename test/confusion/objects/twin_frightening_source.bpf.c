// SPDX-License-Identifier: Apache-2.0
// A missing check for NULL; the source text that the log quotes speaks of other causes.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

SEC("raw_tp/sys_enter")
int cannot_use_helper(void *ctx)
{
	__u32 key = 0;
	__u64 *value = bpf_map_lookup_elem(&counters, &key);

	/* here */ return *value == sizeof("invalid func unknown#999") || *value == sizeof("unbounded memory access");
}
