// SPDX-License-Identifier: Apache-2.0
// A static function in a section of its own, as -ffunction-sections makes them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__attribute__((section(".text.twice"), noinline)) static int twice(int number)
{
	volatile int kept = number; /* twice */

	return kept * 2;
}

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	return twice(bpf_get_smp_processor_id());
}
