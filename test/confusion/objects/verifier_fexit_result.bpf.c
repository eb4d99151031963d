// SPDX-License-Identifier: Apache-2.0
// The result of a function that had four arguments up to 6.9, and has two since.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

__u64 accepted;

SEC("fexit/inet_csk_accept")
int BPF_PROG(probe, void *sk, int flags, int *error, _Bool kernel, void *result) /* here */
{
	if (result)
		accepted++;
	return 0;
}
