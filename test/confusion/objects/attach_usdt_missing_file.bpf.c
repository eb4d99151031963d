// SPDX-License-Identifier: Apache-2.0
// A user-space probe of a library that is not in the guest: the load is all that can be seen.
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/usdt.bpf.h>

char LICENSE[] SEC("license") = "GPL";

long hits;

SEC("usdt/libm.so.6:libm:slowexp_p6")
int BPF_USDT(probe, void *argument)
{
	hits++;
	return 0;
}
