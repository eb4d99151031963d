// SPDX-License-Identifier: Apache-2.0
// A security hook that came with 6.1.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("lsm/userns_create")
int probe(void *ctx)
{
	return 0;
}
