// SPDX-License-Identifier: Apache-2.0
// A security hook for one cgroup: upstream since 6.0.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("lsm_cgroup/socket_bind")
int on_bind(void *ctx)
{
	return 1;
}
