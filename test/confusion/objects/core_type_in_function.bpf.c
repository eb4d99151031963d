// SPDX-License-Identifier: Apache-2.0
// A function of its own reads the record of a tracepoint by a type that was renamed.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct trace_event_raw_block_rq_complete {
	__u32 nr_sector;
} __attribute__((preserve_access_index));

__u32 sectors;

static __attribute__((noinline)) int count(struct trace_event_raw_block_rq_complete *record)
{
	sectors += BPF_CORE_READ(record, nr_sector); /* here */
	return 0;
}

SEC("tp/block/block_rq_complete")
int probe(void *ctx)
{
	return count(ctx);
}
