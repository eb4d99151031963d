// SPDX-License-Identifier: Apache-2.0
// A map whose key is a plain member of its definition.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__u32 key;
	__type(value, __u64);
} counts SEC(".maps");
