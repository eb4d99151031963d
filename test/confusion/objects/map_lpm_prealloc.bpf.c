// SPDX-License-Identifier: Apache-2.0
// A prefix tree never has its entries beforehand: no kernel makes one without BPF_F_NO_PREALLOC.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 16);
	__uint(key_size, 8);
	__uint(value_size, 8);
} routes SEC(".maps");

SEC("raw_tp/sys_enter")
int idle(void *ctx)
{
	return 0;
}
