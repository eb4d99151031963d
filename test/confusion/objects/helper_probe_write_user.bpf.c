// SPDX-License-Identifier: Apache-2.0
// Writes to user memory: only lockdown forbids it, and the guests are not locked down.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	bpf_probe_write_user((void *)4096, &(__u32){ 0 }, sizeof(__u32));
	return 0;
}
