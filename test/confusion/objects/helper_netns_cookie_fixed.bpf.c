// SPDX-License-Identifier: Apache-2.0
// The helper in a program of a type that may call it since the helper is there.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__u64 cookie;

SEC("cgroup/connect4")
int probe(struct bpf_sock_addr *ctx)
{
	cookie = bpf_get_netns_cookie(ctx);
	return 1;
}
