// SPDX-License-Identifier: Apache-2.0
// An option that no kernel has.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern int CONFIG_BPFCOMPAT_NO_SUCH_OPTION __kconfig;

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	return CONFIG_BPFCOMPAT_NO_SUCH_OPTION;
}
