// SPDX-License-Identifier: Apache-2.0
// A ring buffer that overwrites its oldest records: the flag is upstream since 6.19.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* Headers before 6.19 do not know its name. */
#define MAP_FLAG_RB_OVERWRITE (1U << 19)

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(map_flags, MAP_FLAG_RB_OVERWRITE);
	__uint(max_entries, 4096);
} latest SEC(".maps");

SEC("raw_tp/sys_enter")
int idle(void *ctx)
{
	return 0;
}
