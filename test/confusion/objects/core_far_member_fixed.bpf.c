// SPDX-License-Identifier: Apache-2.0
// The offset is added to the pointer first.
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct pglist_data {
	int node_id;
} __attribute__((preserve_access_index));

int node;

SEC("fentry/wakeup_kcompactd")
int BPF_PROG(probe, struct pglist_data *memory)
{
	node = BPF_CORE_READ(memory, node_id);
	return 0;
}
