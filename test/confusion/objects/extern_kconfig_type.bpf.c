// SPDX-License-Identifier: Apache-2.0
// An option of the kernel as another type than it has.
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern bool CONFIG_HZ __kconfig;

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	return CONFIG_HZ;
}
