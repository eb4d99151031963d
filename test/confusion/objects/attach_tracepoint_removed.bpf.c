// SPDX-License-Identifier: Apache-2.0
// A tracepoint that became part of kmem:kmalloc with 6.1.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tp/kmem/kmalloc_node")
int probe(void *ctx)
{
	return 0;
}
