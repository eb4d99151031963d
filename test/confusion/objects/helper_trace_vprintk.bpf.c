// SPDX-License-Identifier: Apache-2.0
// bpf_trace_vprintk: upstream since 5.16.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	static const char format[] = "%d";
	__u64 values[1] = { 1 };

	return bpf_trace_vprintk(format, sizeof(format), values, sizeof(values)); /* here */
}
