// SPDX-License-Identifier: Apache-2.0
// Gives the context where a map is wanted.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(ctx, &key) != 0; /* here */
}
