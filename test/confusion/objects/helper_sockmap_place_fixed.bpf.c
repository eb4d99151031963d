// SPDX-License-Identifier: Apache-2.0
// A map of sockets changed where it may be.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_SOCKHASH);
	__uint(max_entries, 16);
	__type(key, __u64);
	__type(value, __u64);
} peers SEC(".maps");

SEC("sockops")
int probe(struct bpf_sock_ops *ctx)
{
	__u64 key = ctx->remote_port;

	bpf_map_delete_elem(&peers, &key);
	return 1;
}
