// SPDX-License-Identifier: Apache-2.0
// A jump that is as far as it may be, over divisions: the kernel writes each as four instructions.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	__u64 value = bpf_get_prandom_u32();

	asm volatile("r1 = 3\n if %[value] == 0 goto +32700\n" /* here */
		     ".rept 32600\n %[value] += 1\n .endr\n .rept 100\n %[value] /= r1\n .endr"
		     : [value] "+r"(value)::"r1");
	return value & 1;
}
