// SPDX-License-Identifier: Apache-2.0
// The record of a tracepoint, by a type that was renamed in 5.15.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct trace_event_raw_block_rq_complete {
	__u32 nr_sector;
} __attribute__((preserve_access_index));

__u32 sectors;

SEC("tp/block/block_rq_complete")
int probe(struct trace_event_raw_block_rq_complete *ctx)
{
	sectors += ctx->nr_sector; /* here */
	return 0;
}
