// SPDX-License-Identifier: Apache-2.0
// As map_plain_type: the type of the key stands behind a pointer, as the macro writes it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");
