// SPDX-License-Identifier: Apache-2.0
// A kprobe on a function that does not exist. Without a manifest that is a warning; with one that requires it, a failure.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("kprobe/bpfcompat_attach_warn_missing_symbol")
int handle_warn(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
