// SPDX-License-Identifier: Apache-2.0
// A number that no kernel has given to a helper.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

static long (*no_such_helper)(void) = (void *)9999;

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	return no_such_helper(); /* here */
}
