// SPDX-License-Identifier: Apache-2.0
// bpf_override_return: upstream since 4.16; Debian builds without CONFIG_BPF_KPROBE_OVERRIDE.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/do_exit")
int probe(void *ctx)
{
	return bpf_override_return(ctx, 0); /* here */
}
