// SPDX-License-Identifier: Apache-2.0
// A section that says nothing about the kind of program.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("bpfcompat_hook")
int on_hook(void *ctx)
{
	return 0;
}
