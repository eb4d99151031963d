// SPDX-License-Identifier: Apache-2.0
// The exception behind the loop, with a value that the hook takes.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern void bpf_throw(__u64 cookie) __ksym;

__u64 limit = 16;

static long visit(__u32 index, void *data)
{
	return index > limit;
}

SEC("tc")
int in_callback(struct __sk_buff *skb)
{
	if (bpf_loop(32, visit, 0, 0) < 32)
		bpf_throw(0);
	return 0;
}

SEC("fentry/vfs_read")
int with_number(void *ctx)
{
	if (limit > 3)
		bpf_throw(0);
	return 0;
}
