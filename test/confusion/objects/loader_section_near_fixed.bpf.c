// SPDX-License-Identifier: Apache-2.0
// One of the sections that libbpf has.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("cgroup/connect4")
int picks(struct bpf_sock_addr *ctx)
{
	return 1;
}
