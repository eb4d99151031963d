// SPDX-License-Identifier: Apache-2.0
// The same with an array for each hook: loads everywhere.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__uint(key_size, 4);
	__uint(value_size, 4);
} bind_steps SEC(".maps"), connect_steps SEC(".maps");

SEC("cgroup/bind4")
int on_bind(struct bpf_sock_addr *ctx)
{
	bpf_tail_call(ctx, &bind_steps, 0);
	return 1;
}

SEC("cgroup/connect6")
int on_connect(struct bpf_sock_addr *ctx)
{
	bpf_tail_call(ctx, &connect_steps, 1);
	return 1;
}
