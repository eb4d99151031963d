// SPDX-License-Identifier: Apache-2.0
// A section that leaves the function to the loader.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/")
int probe(void *ctx)
{
	return 0;
}
