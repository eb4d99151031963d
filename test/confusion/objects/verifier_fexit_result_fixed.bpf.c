// SPDX-License-Identifier: Apache-2.0
// The result on its own, wherever it stands.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__u64 accepted;

SEC("kretprobe/inet_csk_accept")
int probe(void *ctx)
{
	accepted++;
	return 0;
}
