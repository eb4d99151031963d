// SPDX-License-Identifier: Apache-2.0
// Entry and return of a function in one program: upstream since 6.10.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe.session/do_exit")
int probe(void *ctx)
{
	return 0;
}
