// SPDX-License-Identifier: Apache-2.0
// An LSM program that forbids bpf(2), attached after all others.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("lsm/socket_create")
int creates(void *ctx)
{
	return 0;
}

SEC("lsm/bpf")
int denies(void *ctx)
{
	return -1;
}
