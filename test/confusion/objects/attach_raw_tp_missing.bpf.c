// SPDX-License-Identifier: Apache-2.0
// A raw tracepoint that no kernel has.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/bpfcompat_no_such_event")
int probe(void *ctx)
{
	return 0;
}
