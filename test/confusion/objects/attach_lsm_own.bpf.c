// SPDX-License-Identifier: Apache-2.0
// An LSM program that forbids bpf(2) to everything behind it, its own loader included.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("lsm/bpf")
int denies(void *ctx)
{
	return -1;
}

SEC("lsm/socket_create")
int creates(void *ctx)
{
	return 0;
}
