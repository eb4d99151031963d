// SPDX-License-Identifier: Apache-2.0
// A kprobe asks nothing of the types.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/release_pages")
int probe(void *ctx)
{
	return 0;
}
