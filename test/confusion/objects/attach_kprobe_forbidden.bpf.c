// SPDX-License-Identifier: Apache-2.0
// A function that is part of kprobes: no kernel lets it be probed.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/get_kprobe")
int probe(void *ctx)
{
	return 0;
}
