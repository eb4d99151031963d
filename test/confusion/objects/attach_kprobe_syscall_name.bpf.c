// SPDX-License-Identifier: Apache-2.0
// The function of a system call has a prefix on x86: __x64_sys_getpid.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/sys_getpid")
int probe(void *ctx)
{
	return 0;
}
