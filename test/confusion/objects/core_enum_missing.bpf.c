// SPDX-License-Identifier: Apache-2.0
// A value that no kernel has in this enumeration.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

enum pid_type {
	BPFCOMPAT_NO_SUCH_KIND = 1,
};

SEC("raw_tp/sched_process_exit")
int probe(void *ctx)
{
	return bpf_core_enum_value(enum pid_type, BPFCOMPAT_NO_SUCH_KIND); /* here */
}
