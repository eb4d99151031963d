// SPDX-License-Identifier: Apache-2.0
// The same with an integer.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

char line[32];

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	static const char format[] = "load %llu";
	__u64 values[] = { 7 };

	bpf_snprintf(line, sizeof(line), format, values, sizeof(values)); /* here */
	return 0;
}
