// SPDX-License-Identifier: Apache-2.0
// Reads 256 bytes of a record that is shorter.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tp/syscalls/sys_enter_getpid")
int too_far(__u64 *ctx)
{
	return ctx[31] != 0;
}
