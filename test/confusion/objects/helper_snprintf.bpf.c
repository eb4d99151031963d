// SPDX-License-Identifier: Apache-2.0
// bpf_snprintf: upstream since 5.13.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	static const char format[] = "%d";
	__u64 values[1] = { 1 };
	char text[16];

	return bpf_snprintf(text, sizeof(text), format, values, sizeof(values)); /* here */
}
