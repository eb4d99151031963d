// SPDX-License-Identifier: Apache-2.0
// Storage of a socket where the verifier knows that there is one: since 5.11.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} states SEC(".maps");

SEC("tp_btf/inet_sock_set_state")
int remembers(__u64 *ctx)
{
	__u64 *state = bpf_sk_storage_get(&states, (void *)ctx[0], 0, 1); /* remembers */

	if (state)
		*state = 1;
	return 0;
}
