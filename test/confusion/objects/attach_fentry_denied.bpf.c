// SPDX-License-Identifier: Apache-2.0
// A function that trampolines themselves need: never traceable.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/migrate_disable")
int probe(void *ctx)
{
	return 0;
}
