// SPDX-License-Identifier: Apache-2.0
// An LRU hash always has all its entries: no kernel makes one without.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} recent SEC(".maps");

SEC("raw_tp/sys_enter")
int idle(void *ctx)
{
	return 0;
}
