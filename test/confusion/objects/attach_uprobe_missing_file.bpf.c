// SPDX-License-Identifier: Apache-2.0
// A file that is not in the guest.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("uprobe//usr/bin/bpfcompat-none:main")
int probe(void *ctx)
{
	return 0;
}
