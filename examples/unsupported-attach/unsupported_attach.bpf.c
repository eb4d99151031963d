// SPDX-License-Identifier: Apache-2.0
// Loads everywhere and attaches nowhere: no kernel has this function, and the manifests require the attachment.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("kprobe/bpfcompat_symbol_should_not_exist_987654")
int handle_missing(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
