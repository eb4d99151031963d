// SPDX-License-Identifier: Apache-2.0
// bpf_get_func_ip: upstream since 5.15.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/do_exit")
int probe(void *ctx)
{
	return bpf_get_func_ip(ctx) == 0; /* here */
}
