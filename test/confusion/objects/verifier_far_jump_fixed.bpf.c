// SPDX-License-Identifier: Apache-2.0
// The same in two functions, so that no jump is longer than half of it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

static __attribute__((noinline)) __u64 divides(__u64 value)
{
	asm volatile("r1 = 3\n if %[value] == 0 goto +16350\n"
		     ".rept 16300\n %[value] += 1\n .endr\n .rept 50\n %[value] /= r1\n .endr"
		     : [value] "+r"(value)::"r1");
	return value;
}

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	return divides(divides(bpf_get_prandom_u32())) & 1;
}
