// SPDX-License-Identifier: Apache-2.0
// A file that is in every guest, and a function that is not in it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("uprobe//proc/self/exe:bpfcompat_no_such_symbol")
int probe(void *ctx)
{
	return 0;
}
