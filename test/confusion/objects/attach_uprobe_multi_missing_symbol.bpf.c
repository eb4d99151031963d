// SPDX-License-Identifier: Apache-2.0
// Functions by a pattern that fits none in a file that is in every guest.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("uprobe.multi//proc/self/exe:bpfcompat_no_such_*")
int probe(void *ctx)
{
	return 0;
}
