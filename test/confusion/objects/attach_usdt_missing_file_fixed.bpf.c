// SPDX-License-Identifier: Apache-2.0
// A user-space probe that names no file: it is tried on a program of the guest.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

long hits;

SEC("uprobe")
int probe(void *ctx)
{
	hits++;
	return 0;
}
