// SPDX-License-Identifier: Apache-2.0
// A bloom filter: upstream since 5.16.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
	__uint(max_entries, 64);
	__type(value, __u32);
} seen SEC(".maps");

SEC("raw_tp/sys_enter")
int idle(void *ctx)
{
	return 0;
}
