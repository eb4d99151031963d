// SPDX-License-Identifier: Apache-2.0
// A security hook may only be watched by GPL programs.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Proprietary";

SEC("lsm/file_open")
int probe(void *ctx)
{
	return 0;
}
