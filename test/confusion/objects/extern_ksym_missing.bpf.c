// SPDX-License-Identifier: Apache-2.0
// A symbol that no kernel has.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern const void bpfcompat_no_such_symbol __ksym;

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	return &bpfcompat_no_such_symbol == ctx;
}
