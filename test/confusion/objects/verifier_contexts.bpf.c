// SPDX-License-Identifier: Apache-2.0
// Contexts and their pointers, used as their hooks do not allow.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__u64 seen;
char bytes[8];

SEC("xdp")
int reads_target(struct xdp_md *ctx)
{
	seen += ctx->egress_ifindex; /* reads_target */
	return XDP_PASS;
}

SEC("flow_dissector")
int reads_length(struct __sk_buff *skb)
{
	seen += skb->len; /* reads_length */
	return BPF_OK;
}

SEC("cgroup/getsockopt")
int gets_option(struct bpf_sockopt *ctx)
{
	__u8 *value = ctx->optval;

	value[0] = 1; /* gets_option */
	return 1;
}

SEC("cgroup/sysctl")
int names_setting(struct bpf_sysctl *ctx)
{
	char name[64] = {};
	int length = bpf_sysctl_get_name(ctx, name, sizeof(name), 0);

	if (length >= (int)sizeof(name))
		return 1;
	name[length] = '/'; /* names_setting */
	seen += name[5];
	return 1;
}

SEC("fentry/vfs_read")
int hands_out(__u64 *ctx)
{
	__u64 file = ctx[0];

	for (int i = 0; i < 8; i++)
		bytes[i] = file >> (8 * i); /* hands_out */
	return 0;
}

SEC("fentry/vfs_read")
int takes_half(__u64 *ctx)
{
	seen = *(__u32 *)ctx; /* takes_half */
	return 0;
}
