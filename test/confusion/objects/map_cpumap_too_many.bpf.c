// SPDX-License-Identifier: Apache-2.0
// A CPU map for more CPUs than any of the kernels was built for.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, 65536);
	__type(key, __u32);
	__type(value, __u32);
} cpus SEC(".maps");
