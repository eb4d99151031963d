// SPDX-License-Identifier: Apache-2.0
// A helper that may sleep in a program that may not.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/do_exit")
int probe(void *ctx)
{
	char byte;

	return bpf_copy_from_user(&byte, sizeof(byte), (void *)4096); /* here */
}
