// SPDX-License-Identifier: Apache-2.0
// A category of tracepoints that no kernel has.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tp/bpfcompat_no_such_category/event")
int probe(void *ctx)
{
	return 0;
}
