// SPDX-License-Identifier: Apache-2.0
// Many functions with one link: upstream since 5.18.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe.multi/do_exit")
int probe(void *ctx)
{
	return 0;
}
