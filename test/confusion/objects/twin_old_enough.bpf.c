// SPDX-License-Identifier: Apache-2.0
// What every kernel of the table has: ring buffers, bounded loops, tail calls beside calls, thousands of instructions in
// a row, reads of the kernel and writes to the user (lockdown alone forbids these, and the guests are not locked down).
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, 4);
	__uint(value_size, 4);
} next SEC(".maps");

static __attribute__((noinline)) int jump(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &next, 0);
	return XDP_PASS;
}

SEC("xdp")
int tail_calls(struct xdp_md *ctx)
{
	return jump(ctx);
}

SEC("raw_tp/sys_enter")
int loops(void *ctx)
{
	int sum = 0;

#pragma clang loop unroll(disable)
	for (int i = 0; i < 100; i++)
		sum += bpf_get_prandom_u32();
	return sum == 7;
}

SEC("raw_tp/sys_enter")
int straight(void *ctx)
{
	asm volatile(".rept 5000; r0 = 1; .endr" ::: "r0");
	return 0;
}

SEC("raw_tp/sys_enter")
int reads_and_writes(void *ctx)
{
	__u64 word;

	bpf_probe_write_user((void *)4096, &(__u32){ 0 }, sizeof(__u32));
	bpf_ringbuf_output(&events, &(__u64){ 1 }, sizeof(__u64), 0);
	return bpf_probe_read_kernel(&word, sizeof(word), ctx) == 0;
}
