// SPDX-License-Identifier: Apache-2.0
// The function takes a union by value (release_pages_arg, since 6.3).
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/release_pages")
int probe(void *ctx)
{
	return 0;
}
