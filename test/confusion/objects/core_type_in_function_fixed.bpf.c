// SPDX-License-Identifier: Apache-2.0
// A function of its own reads the record of a tracepoint by its old type and by its new one.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct trace_event_raw_block_rq_complete {
	__u32 nr_sector;
} __attribute__((preserve_access_index));

struct trace_event_raw_block_rq_completion {
	__u32 nr_sector;
} __attribute__((preserve_access_index));

__u32 sectors;

static __attribute__((noinline)) int count(void *record)
{
	if (bpf_core_type_exists(struct trace_event_raw_block_rq_completion))
		sectors += BPF_CORE_READ((struct trace_event_raw_block_rq_completion *)record, nr_sector);
	else
		sectors += BPF_CORE_READ((struct trace_event_raw_block_rq_complete *)record, nr_sector);
	return 0;
}

SEC("tp/block/block_rq_complete")
int probe(void *ctx)
{
	return count(ctx);
}
