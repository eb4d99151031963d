// SPDX-License-Identifier: Apache-2.0
// A function of the C library is called.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern int memcmp(const void *one, const void *other, unsigned long size);

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	const char wanted[16] = "sshd";
	char name[16];

	bpf_get_current_comm(name, sizeof(name));
	return memcmp(name, wanted, bpf_get_smp_processor_id() & 15) == 0;
}
