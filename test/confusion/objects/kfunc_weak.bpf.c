// SPDX-License-Identifier: Apache-2.0
// bpf_strlen: upstream since 6.17, called although it may be absent.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern int bpf_strlen(const char *text) __ksym __weak;

const char word[] = "word";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	return bpf_strlen(word); /* here */
}
