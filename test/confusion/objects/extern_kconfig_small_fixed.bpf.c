// SPDX-License-Identifier: Apache-2.0
// An option of the kernel in a variable that is wide enough.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern int CONFIG_HZ __kconfig;

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	return CONFIG_HZ;
}
