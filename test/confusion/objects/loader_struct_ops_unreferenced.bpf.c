// SPDX-License-Identifier: Apache-2.0
// A program for struct_ops that stands in no such map.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("struct_ops/ssthresh")
__u32 forgotten(void *ctx)
{
	return 2;
}
