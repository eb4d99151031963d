// SPDX-License-Identifier: Apache-2.0
// A hash that grows: upstream since 7.2.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* Headers before 7.2 do not know its name. */
#define MAP_TYPE_RHASH 35

struct {
	__uint(type, MAP_TYPE_RHASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} table SEC(".maps");

SEC("raw_tp/sys_enter")
int idle(void *ctx)
{
	return 0;
}
