// SPDX-License-Identifier: Apache-2.0
// A uprobe that may sleep: upstream since 6.0.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("uprobe.s")
int on_call(void *ctx)
{
	return 0;
}
