// SPDX-License-Identifier: Apache-2.0
// A helper that came with 6.1, called only where a constant says so; it says no.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

const volatile int wanted;

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	if (!wanted)
		return 0;
	return bpf_ktime_get_tai_ns() == 0;
}
