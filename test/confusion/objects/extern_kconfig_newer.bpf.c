// SPDX-License-Identifier: Apache-2.0
// An option that came with 6.7.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern _Bool CONFIG_NETKIT __kconfig;

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	return CONFIG_NETKIT;
}
