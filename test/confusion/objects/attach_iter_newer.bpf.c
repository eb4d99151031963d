// SPDX-License-Identifier: Apache-2.0
// An iterator that came with 6.13.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("iter/kmem_cache")
int probe(void *ctx)
{
	return 0;
}
