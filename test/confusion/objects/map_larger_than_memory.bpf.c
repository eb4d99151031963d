// SPDX-License-Identifier: Apache-2.0
// A hash of 3 GB: more than a guest of the table has, less than the 4 GB that old kernels refuse as such.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4194304);
	__uint(key_size, 8);
	__uint(value_size, 640);
} huge SEC(".maps");

SEC("raw_tp/sys_enter")
int idle(void *ctx)
{
	return 0;
}
