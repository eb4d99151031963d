// SPDX-License-Identifier: Apache-2.0
// An entry function that is static.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
static __attribute__((used)) int hidden(void *ctx)
{
	return 0;
}
