// SPDX-License-Identifier: Apache-2.0
// bpf_key_put, upstream since 6.1, returns nothing.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern int bpf_key_put(long key) __ksym;

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	return bpf_key_put(1);
}
