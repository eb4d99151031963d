// SPDX-License-Identifier: Apache-2.0
// A probe on a variable of the kernel.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/tcp_prot")
int sends(void *ctx)
{
	return 0;
}
