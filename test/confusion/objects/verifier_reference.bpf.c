// SPDX-License-Identifier: Apache-2.0
// Reserves room in a ring buffer and never says what becomes of it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	return bpf_ringbuf_reserve(&events, 8, 0) != 0; /* here */
}
