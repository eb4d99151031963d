// SPDX-License-Identifier: Apache-2.0
// Kernels have two types of this name, with the field in different places.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct irq_info {
	int irq;
} __attribute__((preserve_access_index));

SEC("tp_btf/sched_process_exit")
int probe(__u64 *ctx)
{
	struct irq_info *info = (void *)ctx[0];

	return info->irq; /* here */
}
