// SPDX-License-Identifier: Apache-2.0
// The loader of this object says at run time which program is replaced.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("freplace/handler")
int replacement(struct xdp_md *ctx)
{
	return XDP_PASS;
}
