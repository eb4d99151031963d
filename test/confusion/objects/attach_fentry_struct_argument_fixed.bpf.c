// SPDX-License-Identifier: Apache-2.0
// The same function by a kprobe.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/security_path_chown")
int probe(void *ctx)
{
	return 0;
}
