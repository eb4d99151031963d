// SPDX-License-Identifier: Apache-2.0
// An option of the kernel whose value does not fit.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern signed char CONFIG_HZ __kconfig;

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	return CONFIG_HZ;
}
