// SPDX-License-Identifier: Apache-2.0
// Comparisons of half registers: upstream since 5.1.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	return (__u32)bpf_get_prandom_u32() < 7 ? 1 : 0;
}
