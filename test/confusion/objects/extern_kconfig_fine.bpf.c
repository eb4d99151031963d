// SPDX-License-Identifier: Apache-2.0
// An option that every kernel has, the version, and an option that no kernel has and that is not needed.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern int CONFIG_HZ __kconfig;
extern int LINUX_KERNEL_VERSION __kconfig;
extern int CONFIG_BPFCOMPAT_NO_SUCH_OPTION __kconfig __weak;

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	return CONFIG_HZ > LINUX_KERNEL_VERSION + CONFIG_BPFCOMPAT_NO_SUCH_OPTION;
}
