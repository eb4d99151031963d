// SPDX-License-Identifier: Apache-2.0
// Returns 5 where the kernel wants 0 or 1.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("cgroup/connect4")
int probe(struct bpf_sock_addr *ctx)
{
	return 5; /* here */
}
