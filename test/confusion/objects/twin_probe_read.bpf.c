// SPDX-License-Identifier: Apache-2.0
// The family of bpf_probe_read_kernel is older than every kernel of the table.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	__u64 word;

	return bpf_probe_read_kernel(&word, sizeof(word), ctx) == 0;
}
