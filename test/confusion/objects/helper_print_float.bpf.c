// SPDX-License-Identifier: Apache-2.0
// Prints a number with a conversion that the kernel does not know: it loads, and never prints.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__u64 load = 314;

SEC("tp/sched/sched_process_exec")
int probe(void *ctx)
{
	bpf_printk("load is %4.2f", load); /* here */
	return 0;
}
