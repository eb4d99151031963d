// SPDX-License-Identifier: Apache-2.0
// The path of a file, in a function of the list.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct path;

char name[96];

SEC("fentry/dentry_open")
int BPF_PROG(probe, struct path *path)
{
	bpf_d_path(path, name, sizeof(name));
	return 0;
}
