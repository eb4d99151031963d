// SPDX-License-Identifier: Apache-2.0
// A probe on a function that the variable points to.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/tcp_sendmsg")
int sends(void *ctx)
{
	return 0;
}
