// SPDX-License-Identifier: Apache-2.0
// A member that may be NULL is followed: newer kernels know that and want a check.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct sock {
	__u32 sk_mark;
} __attribute__((preserve_access_index));

struct socket {
	struct sock *sk;
} __attribute__((preserve_access_index));

__u32 mark;

SEC("lsm/socket_listen")
int BPF_PROG(probe, struct socket *sock, int backlog)
{
	struct sock *sk = sock->sk;

	mark = sk->sk_mark; /* here */
	return 0;
}
