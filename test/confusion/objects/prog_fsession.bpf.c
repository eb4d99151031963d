// SPDX-License-Identifier: Apache-2.0
// Entry and exit of a function in one program: upstream since 7.0.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fsession/vfs_read")
int on_read(void *ctx)
{
	return 0;
}
