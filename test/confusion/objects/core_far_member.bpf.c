// SPDX-License-Identifier: Apache-2.0
// A member that lies farther into its structure than one instruction reaches.
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
	node = memory->node_id; /* here */
	return 0;
}
