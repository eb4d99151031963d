// SPDX-License-Identifier: Apache-2.0
// Many functions of the kernel have this name.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/type_show")
int probe(void *ctx)
{
	return 0;
}
