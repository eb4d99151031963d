// SPDX-License-Identifier: Apache-2.0
// A map of hidden visibility, as -fvisibility=hidden makes every map.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct pids {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
};

__hidden struct pids pids SEC(".maps");

SEC("tp/syscalls/sys_enter_write")
int probe(void *ctx)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&pids, &zero) != 0;
}
