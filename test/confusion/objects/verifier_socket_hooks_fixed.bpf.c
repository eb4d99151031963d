// SPDX-License-Identifier: Apache-2.0
// As verifier_socket_hooks, each at a hook that has it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__u32 last;

SEC("cgroup/post_bind4")
int binds(struct bpf_sock *ctx)
{
	last = ctx->src_ip4; /* binds */
	return 1;
}

SEC("cgroup/post_bind6")
int binds_other(struct bpf_sock *ctx)
{
	last = ctx->src_ip6[1]; /* binds_other */
	return 1;
}

SEC("cgroup/sock_release")
int marks(struct bpf_sock *ctx)
{
	last = ctx->mark; /* marks */
	return 1;
}

SEC("cgroup/post_bind6")
int creates(struct bpf_sock *ctx)
{
	last = ctx->src_port; /* creates */
	return 1;
}
