// SPDX-License-Identifier: Apache-2.0
// A program that user space runs: upstream since 5.14.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
int on_call(void *ctx)
{
	return 0;
}
