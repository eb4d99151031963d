// SPDX-License-Identifier: Apache-2.0
// bpf_ktime_get_coarse_ns, upstream since 5.11, is not for tracing programs.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	return bpf_ktime_get_coarse_ns() == 0; /* here */
}
