// SPDX-License-Identifier: Apache-2.0
// A function with eight arguments.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__u64 count;

SEC("fentry/tcp_select_initial_window")
int probe(void *ctx)
{
	count++;
	return 0;
}
