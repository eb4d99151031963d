// SPDX-License-Identifier: Apache-2.0
// A map with two sizes for its key.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__uint(key_size, 4);
	__type(key, __u64);
	__type(value, __u64);
} flows SEC(".maps");
