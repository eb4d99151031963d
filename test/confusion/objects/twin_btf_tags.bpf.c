// SPDX-License-Identifier: Apache-2.0
// Tags in the type information, upstream since 5.16: libbpf takes them out for older kernels.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define tag __attribute__((btf_decl_tag("bpfcompat")))

int counter tag;

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	counter++;
	return 0;
}
