// SPDX-License-Identifier: Apache-2.0
// A value that the enumeration has since 6.9.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

enum bpf_link_type___newer {
	BPF_LINK_TYPE_SOCKMAP___newer = 14,
};

SEC("raw_tp/sched_process_exit")
int probe(void *ctx)
{
	return bpf_core_enum_value(enum bpf_link_type___newer, BPF_LINK_TYPE_SOCKMAP___newer); /* here */
}
