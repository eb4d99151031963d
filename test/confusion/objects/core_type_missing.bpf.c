// SPDX-License-Identifier: Apache-2.0
// A type that no kernel has.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct bpfcompat_no_such_struct {
	int field;
} __attribute__((preserve_access_index));

SEC("tp_btf/sched_process_exit")
int probe(__u64 *ctx)
{
	struct bpfcompat_no_such_struct *thing = (void *)ctx[0];

	return thing->field; /* here */
}
