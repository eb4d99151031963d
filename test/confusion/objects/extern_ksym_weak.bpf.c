// SPDX-License-Identifier: Apache-2.0
// A symbol that no kernel has and that is not needed.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern const void bpfcompat_no_such_symbol __ksym __weak;

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	return &bpfcompat_no_such_symbol == 0;
}
