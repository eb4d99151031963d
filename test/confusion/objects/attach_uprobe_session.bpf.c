// SPDX-License-Identifier: Apache-2.0
// Entry and return of a function of a file in one program: upstream since 6.13.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("uprobe.session")
int probe(void *ctx)
{
	return 0;
}
