// SPDX-License-Identifier: Apache-2.0
// The same function by a kprobe.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__u64 count;

SEC("kprobe/tcp_select_initial_window")
int probe(void *ctx)
{
	count++;
	return 0;
}
