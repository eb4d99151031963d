// SPDX-License-Identifier: Apache-2.0
// bpf_get_current_task_btf: upstream since 5.11.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	return bpf_get_current_task_btf() == 0; /* here */
}
