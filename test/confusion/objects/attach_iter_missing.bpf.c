// SPDX-License-Identifier: Apache-2.0
// An iterator that no kernel has.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("iter/bpfcompat_no_such_thing")
int probe(void *ctx)
{
	return 0;
}
