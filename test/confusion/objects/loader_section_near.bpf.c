// SPDX-License-Identifier: Apache-2.0
// A section that libbpf has for IPv4 and for IPv6 only.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("cgroup/connect")
int picks(struct bpf_sock_addr *ctx)
{
	return 1;
}
