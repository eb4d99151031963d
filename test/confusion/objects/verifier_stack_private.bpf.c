// SPDX-License-Identifier: Apache-2.0
// Two frames of 300 bytes each in a tracing program: it has stacks of its own since 6.13.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

static __attribute__((noinline)) int inner(int value)
{
	asm volatile("r1 = 0; *(u64 *)(r10 - 304) = r1" ::: "r1");
	return value;
}

SEC("kprobe/do_exit")
int probe(void *ctx)
{
	asm volatile("r2 = 0; *(u64 *)(r10 - 304) = r2" ::: "r2");
	return inner(bpf_get_smp_processor_id());
}
