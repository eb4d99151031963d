// SPDX-License-Identifier: Apache-2.0
// As file_static_function, with the function beside all others.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__attribute__((noinline)) static int twice(int number)
{
	volatile int kept = number;

	return kept * 2;
}

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	return twice(bpf_get_smp_processor_id());
}
