// SPDX-License-Identifier: Apache-2.0
// What verifier_contexts does, as the remedies say.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__u64 seen;
__u64 address;

SEC("xdp/devmap")
int reads_target(struct xdp_md *ctx)
{
	seen += ctx->egress_ifindex;
	return XDP_PASS;
}

SEC("flow_dissector")
int reads_length(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *end = (void *)(long)skb->data_end;

	seen += end - data;
	return BPF_OK;
}

SEC("cgroup/getsockopt")
int gets_option(struct bpf_sockopt *ctx)
{
	__u8 *value = ctx->optval;

	if (value + sizeof(*value) > (__u8 *)ctx->optval_end)
		return 1;
	value[0] = 1;
	return 1;
}

SEC("cgroup/sysctl")
int names_setting(struct bpf_sysctl *ctx)
{
	char name[64] = {};
	int length = bpf_sysctl_get_name(ctx, name, sizeof(name), 0);

	name[length & (sizeof(name) - 1)] = '/';
	seen += name[5];
	return 1;
}

SEC("fentry/vfs_read")
int hands_out(__u64 *ctx)
{
	address = ctx[0];
	return 0;
}

SEC("fentry/vfs_read")
int takes_half(__u64 *ctx)
{
	__u64 whole = ctx[0];

	bpf_probe_read_kernel(&seen, 4, &whole);
	return 0;
}
