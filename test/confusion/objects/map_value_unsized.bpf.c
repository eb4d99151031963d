// SPDX-License-Identifier: Apache-2.0
// A map whose value is a structure that is only declared.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct flow;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, struct flow);
} flows SEC(".maps");
