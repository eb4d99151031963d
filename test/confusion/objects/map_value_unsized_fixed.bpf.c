// SPDX-License-Identifier: Apache-2.0
// A map whose value is a structure that is only declared. Corrected.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__uint(key_size, 4);
	__uint(value_size, 32);
} flows SEC(".maps");
