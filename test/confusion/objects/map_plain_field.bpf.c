// SPDX-License-Identifier: Apache-2.0
// A definition with a number where libbpf reads the size of an array.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	int max_entries;
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps") = { .max_entries = 4 };
