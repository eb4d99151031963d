// SPDX-License-Identifier: Apache-2.0
// A function that no kernel has, for the link of many.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe.multi/bpfcompat_no_such_function")
int probe(void *ctx)
{
	return 0;
}
