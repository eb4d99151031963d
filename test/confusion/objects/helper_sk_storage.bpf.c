// SPDX-License-Identifier: Apache-2.0
// Storage of a socket in a raw tracepoint, which does not know that it has a socket.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} states SEC(".maps");

SEC("raw_tp/inet_sock_set_state")
int remembers(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 *state = bpf_sk_storage_get(&states, (void *)ctx->args[0], 0, 1); /* remembers */

	if (state)
		*state = 1;
	return 0;
}
