// SPDX-License-Identifier: Apache-2.0
// A part of a packet that is written through the slice for writing.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern int bpf_dynptr_from_skb(struct __sk_buff *skb, __u64 flags, struct bpf_dynptr *view) __ksym;
extern void *bpf_dynptr_slice_rdwr(const struct bpf_dynptr *view, __u32 offset, void *buffer, __u32 size) __ksym;

SEC("tc")
int writes_slice(struct __sk_buff *skb)
{
	struct bpf_dynptr view;
	char buffer[4], *bytes;

	bpf_dynptr_from_skb(skb, 0, &view); /* viewed */
	bytes = bpf_dynptr_slice_rdwr(&view, 0, buffer, sizeof(buffer));
	if (bytes)
		bytes[0] = 1; /* writes_slice */
	return 0;
}
