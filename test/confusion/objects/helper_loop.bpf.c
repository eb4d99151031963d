// SPDX-License-Identifier: Apache-2.0
// bpf_loop, upstream since 5.17, with a callback: upstream since 5.13.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

static int step(__u32 index, void *data)
{
	return 0;
}

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	return bpf_loop(4, step, 0, 0); /* here */
}
