// SPDX-License-Identifier: Apache-2.0
// The same by the structure of the kernel's BTF.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct trace_event_raw_block_rq {
	__u32 nr_sector;
	__u32 bytes;
	char rwbs[8];
} __attribute__((preserve_access_index));

__u64 written, sectors;

SEC("tracepoint/block/block_rq_issue")
int probe(struct trace_event_raw_block_rq *ctx)
{
	sectors += ctx->nr_sector;
	if (ctx->rwbs[0] == 'W')
		written += ctx->bytes;
	return 0;
}
