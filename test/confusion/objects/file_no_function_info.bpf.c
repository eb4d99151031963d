// SPDX-License-Identifier: Apache-2.0
// A function written in assembly, which no compiler describes, beside functions that are described.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern int next_of(int number);

asm(".text\n"
    ".globl next_of\n"
    ".type next_of,@function\n"
    "next_of:\n"
    "r0 = r1\n"
    "r0 += 1\n"
    "exit\n"
    ".size next_of, .-next_of\n");

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	return next_of(1) == 1;
}
