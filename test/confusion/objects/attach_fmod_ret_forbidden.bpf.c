// SPDX-License-Identifier: Apache-2.0
// A function whose result no program may change.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fmod_ret/vfs_read")
int probe(void *ctx)
{
	return 0;
}
