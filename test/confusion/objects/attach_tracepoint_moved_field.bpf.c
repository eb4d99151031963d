// SPDX-License-Identifier: Apache-2.0
// The record of a tracepoint by offsets of older kernels: a field came in between.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct issued {
	__u64 common;
	__u32 dev;
	__u32 hole;
	__u64 sector;
	__u32 nr_sector;
	__u32 bytes;
	char rwbs[8];
};

__u64 written, sectors;

SEC("tracepoint/block/block_rq_issue")
int probe(struct issued *ctx)
{
	sectors += ctx->nr_sector;
	if (ctx->rwbs[0] == 'W') /* here */
		written += ctx->bytes;
	return 0;
}
