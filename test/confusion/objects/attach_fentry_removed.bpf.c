// SPDX-License-Identifier: Apache-2.0
// A function that is gone from 7.0 on.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/do_unlinkat")
int probe(void *ctx)
{
	return 0;
}
