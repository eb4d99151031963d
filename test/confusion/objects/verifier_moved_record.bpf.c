// SPDX-License-Identifier: Apache-2.0
// A record is sent by the address of one of its members.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct record {
	__u32 length;
	__u32 id;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} records SEC(".maps");

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	struct record *record = bpf_ringbuf_reserve(&records, sizeof(*record), 0);

	if (!record)
		return 0;
	record->length = sizeof(*record);
	record->id = 1;
	bpf_ringbuf_submit(&record->id, 0); /* here */
	return 0;
}
