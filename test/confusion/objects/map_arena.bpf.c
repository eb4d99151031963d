// SPDX-License-Identifier: Apache-2.0
// Memory that programs and user space share: upstream since 6.9.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* Headers before 6.9 do not know its name. */
#define MAP_TYPE_ARENA 33

struct {
	__uint(type, MAP_TYPE_ARENA);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
} arena SEC(".maps");

SEC("raw_tp/sys_enter")
int idle(void *ctx)
{
	return 0;
}
