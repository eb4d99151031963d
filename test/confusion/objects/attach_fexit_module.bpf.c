// SPDX-License-Identifier: Apache-2.0
// A function of a header, of which the module has the inner one alone.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__u64 seen;

SEC("fexit/nf_conntrack_confirm")
int outer(__u64 *ctx)
{
	seen += ctx[1];
	return 0;
}

SEC("fexit/__nf_conntrack_confirm")
int inner(__u64 *ctx)
{
	seen += ctx[1];
	return 0;
}
