// SPDX-License-Identifier: Apache-2.0
// The index without a sign before it is compared.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__u64 latest[4];

SEC("tp_btf/rss_stat")
int probe(__u64 *ctx)
{
	__u32 member = ctx[1];

	if (member > 3)
		return 0;
	latest[member] = 1;
	return 0;
}
