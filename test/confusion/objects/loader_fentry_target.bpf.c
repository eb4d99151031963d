// SPDX-License-Identifier: Apache-2.0
// The loader of this object says at run time which function is meant.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry")
int on_entry(void *ctx)
{
	return 0;
}
