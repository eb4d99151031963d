// SPDX-License-Identifier: Apache-2.0
// Prints the number in hundredths.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__u64 load = 314;

SEC("tp/sched/sched_process_exec")
int probe(void *ctx)
{
	bpf_printk("load is %llu hundredths", load);
	return 0;
}
