// SPDX-License-Identifier: Apache-2.0
// Addresses of instructions: upstream since 6.19.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* Headers before 6.19 do not know its name. */
#define MAP_TYPE_INSN_ARRAY 34

struct insn_array_value {
	__u32 orig_off;
	__u32 xlated_off;
	__u32 jitted_off;
	__u32 zero;
};

struct {
	__uint(type, MAP_TYPE_INSN_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct insn_array_value);
} targets SEC(".maps");

SEC("raw_tp/sys_enter")
int idle(void *ctx)
{
	return 0;
}
