// SPDX-License-Identifier: Apache-2.0
// As file_c_library: a loop compares the bytes.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	const char wanted[16] = "sshd";
	char name[16];
	int i;

	bpf_get_current_comm(name, sizeof(name));
	for (i = 0; i < 16; i++) {
		if (name[i] != wanted[i])
			return 0;
	}
	return 1;
}
