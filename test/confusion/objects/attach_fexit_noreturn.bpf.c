// SPDX-License-Identifier: Apache-2.0
// The end of a function that never ends: refused since 6.15.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fexit/do_exit")
int probe(void *ctx)
{
	return 0;
}
