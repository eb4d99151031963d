// SPDX-License-Identifier: Apache-2.0
// A function of another file that was never linked in.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

int elsewhere(int value);

SEC("raw_tp/sys_enter")
int calls_elsewhere(void *ctx)
{
	return elsewhere(1);
}
