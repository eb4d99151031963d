// SPDX-License-Identifier: Apache-2.0
// A variable without a section: libbpf wants it initialised, or built with -fno-common.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

int counter __attribute__((common));

SEC("raw_tp/sys_enter")
int count(void *ctx)
{
	counter++;
	return 0;
}
