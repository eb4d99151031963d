// SPDX-License-Identifier: Apache-2.0
// bpf_strncmp: upstream since 5.17.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	static const char wanted[] = "bash";
	char comm[16];

	bpf_get_current_comm(comm, sizeof(comm));
	return bpf_strncmp(comm, sizeof(comm), wanted); /* here */
}
