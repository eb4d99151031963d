// SPDX-License-Identifier: Apache-2.0
// A callback for exceptions that the object does not have.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern void bpf_throw(__u64 cookie) __ksym;

__attribute__((btf_decl_tag("exception_callback:handles"))) SEC("tc")
int probe(struct __sk_buff *packet)
{
	if (packet->len < 20)
		bpf_throw(0);
	return 0;
}
