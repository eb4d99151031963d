// SPDX-License-Identifier: Apache-2.0
// A function that no kernel has.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/bpfcompat_no_such_function")
int probe(void *ctx)
{
	return 0;
}
