// SPDX-License-Identifier: Apache-2.0
// A USDT probe that is not in the file, which is in every guest.
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/usdt.bpf.h>

char LICENSE[] SEC("license") = "GPL";

long hits;

SEC("usdt//proc/self/exe:bpfcompat:no_such_probe")
int BPF_USDT(probe, void *argument)
{
	hits++;
	return 0;
}
