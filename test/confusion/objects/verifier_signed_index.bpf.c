// SPDX-License-Identifier: Apache-2.0
// An index with a sign that is compared with the end of the array alone.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__u64 latest[4];

SEC("tp_btf/rss_stat")
int probe(__u64 *ctx)
{
	int member = ctx[1];

	if (member > 3)
		return 0;
	latest[member] = 1; /* here */
	return 0;
}
