// SPDX-License-Identifier: Apache-2.0
// A loop with an end: upstream since 5.3.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	int sum = 0;

#pragma clang loop unroll(disable)
	for (int i = 0; i < 100; i++)
		sum += bpf_get_prandom_u32();
	return sum == 7;
}
