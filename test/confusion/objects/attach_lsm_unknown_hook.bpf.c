// SPDX-License-Identifier: Apache-2.0
// A security hook that no kernel has.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("lsm/bpfcompat_no_such_hook")
int probe(void *ctx)
{
	return 0;
}
