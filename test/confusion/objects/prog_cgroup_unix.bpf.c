// SPDX-License-Identifier: Apache-2.0
// Connecting Unix sockets in a cgroup: upstream since 6.7.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("cgroup/connect_unix")
int on_connect(void *ctx)
{
	return 1;
}
